import { randomBytes } from 'node:crypto';
import { readRefreshToken, writeRefreshToken } from '../../src/tokens/refresh-token';
import { everywhere } from '../support/doors';
import { secretsOf } from '../support/forgery';
import { newVisitor, type Visitor } from '../support/visitors';

const page = 'https://app.example.com';

everywhere(
  'a refresh token of a time that a restored backup does not know',
  (house, door) => {
    const client = () => house().app.services.database.client;
    const refresh = (refreshToken: string) => door.send(house(), 'refresh', { refreshToken });
    const rowOf = ({ sessionId }: Visitor) => client().session.findUniqueOrThrow({ where: { id: sessionId } });
    const kept = (refreshToken: string) => ({ origin: page, cookie: `__Host-gatehouse_refresh=${refreshToken}` });

    /** As the session went on before the backup was restored: the same counter as one that was given since, and another salt. */
    const ofLostTime = ({ refreshToken }: Visitor, rotations: number): string => {
      const content = readRefreshToken(refreshToken, secretsOf(house()));
      if (content === null) throw new Error('it is one of ours');
      return writeRefreshToken({ ...content, counter: rotations, salt: randomBytes(8).toString('base64url') }, secretsOf(house()));
    };
    const goneOn = async () => {
      const kate = await newVisitor(house());
      const { body } = await refresh((await refresh(kate.refreshToken)).body.refreshToken);
      return { kate, current: String(body.refreshToken) };
    };

    it.each([
      ['the current one', 2],
      ['the one before it, within the grace', 1],
      ['a later one', 3],
    ])('gives nothing and ends nothing where its counter is that of %s', async (_which, counter) => {
      const { kate, current } = await goneOn();
      expect((await refresh(ofLostTime(kate, counter))).code).toBe('INVALID_REFRESH_TOKEN');
      expect(await rowOf(kate)).toMatchObject({ refreshCounter: 2, revokedAt: null });
      expect((await refresh(current)).code).toBeNull();
    });

    it('gives nothing and ends nothing after the grace either', async () => {
      const { kate, current } = await goneOn();
      house().clock.advance(60);
      expect((await refresh(ofLostTime(kate, 1))).code).toBe('INVALID_REFRESH_TOKEN');
      expect((await refresh(current)).code).toBeNull();
    });

    it.each([
      ['the current one', 2],
      ['the one before it', 1],
      ['a later one', 3],
    ])('ends nothing by cookie or by revocation where its counter is that of %s', async (_which, counter) => {
      const { kate } = await goneOn();
      const lost = ofLostTime(kate, counter);
      const out = await door.send(house(), 'logout', undefined, undefined, kept(lost));
      expect([out.code, out.body.reason]).toEqual(['UNAUTHENTICATED', 'REVOKED']);
      const revoked = await fetch(`${house().url}/v1/revoke`, { method: 'POST', body: new URLSearchParams({ token: lost }) });
      expect(revoked.status).toBe(200);
      expect((await rowOf(kate)).revokedAt).toBeNull();
    });

    it.each([
      ['nothing', null],
      ['the salt of an earlier one', '0.AAAAAAAAAAA'],
    ])('is not looked for where a version before this one rotated, and left %s: the owner keeps the grace', async (_what, spentSalt) => {
      const kate = await newVisitor(house());
      const first = await refresh(kate.refreshToken);
      const second = await refresh(first.body.refreshToken);
      await client().session.update({ where: { id: kate.sessionId }, data: { spentSalt } });
      expect((await refresh(first.body.refreshToken)).body.refreshToken).toBe(second.body.refreshToken);
    });
  },
  { PUBLIC_URL: 'https://auth.example.com', AUTH_CORS_ORIGINS: page },
);
