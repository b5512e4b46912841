// Section M of the design: M7.

import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command';
import { everywhere, newPerson } from '../support/doors';
import { openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { newFolder } from '../support/process';
import { plainClient } from '../support/proof';

const mailbox = createMailbox();
const known = 'correct horse battery';
const list = join(__dirname, '../fixtures/breached-passwords');

everywhere(
  'With a file of breached passwords',
  (house, door) => {
    /** Somebody whose password became known after it was set. */
    const somebody = async () => {
      const person = await newPerson(house());
      const { database, hasher } = house().app.services;
      await database.client.user.update({
        where: { id: person.id },
        data: { passwordHash: await hasher.hash(known, plainClient()), emailVerifiedAt: new Date(house().clock.now()) },
      });
      return { ...person, password: known };
    };
    const logIn = ({ username }: { username: string }, password: string) => door.send(house(), 'login', { username, password });
    const rowOf = (id: string) => house().app.services.database.client.user.findUniqueOrThrow({ where: { id } });
    const events = (userId: string) =>
      house().app.services.database.client.auditEvent.findMany({ where: { userId, event: 'password.distrusted' } });

    it('M7 a right login with a known password begins a session, tells the owner, and the next one asks for a reset', async () => {
      const kate = await somebody();
      const first = await logIn(kate, known);
      expect(first.code).toBeNull();
      expect(await mailbox.next(kate.email, 'password-distrusted')).toMatchObject({ to: kate.email });
      expect(await events(kate.id)).toMatchObject([{ outcome: 'ok', detail: 'it appears in a known breach' }]);
      expect((await rowOf(kate.id)).passwordDistrustedAt).not.toBeNull();
      expect((await door.send(house(), 'profile', undefined, first.body.accessToken)).code).toBeNull(); // the session goes on

      const next = await logIn(kate, known);
      expect([next.status, next.code, next.body.attempt]).toEqual([
        403,
        'PASSWORD_RESET_REQUIRED',
        expect.stringMatching(/^gatehouse_ma_/),
      ]);
      expect((await mailbox.next(kate.email, 'reset-code')).code).toMatch(/^\d{8}$/);
      expect(await events(kate.id)).toHaveLength(1);
    });

    it('a wrong password, and one that is not known, change nothing', async () => {
      const kate = await somebody();
      expect((await logIn(kate, 'password')).code).toBe('INVALID_CREDENTIALS'); // known, and not theirs
      const other = await newPerson(house());
      expect((await logIn(other, other.password)).code).toBeNull();
      expect([await events(kate.id), await events(other.id), (await rowOf(kate.id)).passwordDistrustedAt]).toEqual([[], [], null]);
    });

    it('a change of the password, by the owner in a session or by an operator, trusts it again', async () => {
      for (const mend of ['owner', 'operator']) {
        const kate = await somebody();
        const { accessToken } = (await logIn(kate, known)).body;
        const fresh = randomBytes(12).toString('hex');
        if (mend === 'owner') {
          const changed = await door.send(house(), 'changePassword', { currentPassword: known, newPassword: fresh }, accessToken);
          expect(changed.code).toBeNull();
        } else
          expect(await runCommand(house(), ['user', 'set-password', kate.username, '--yes'], {}, `${fresh}\n`)).toMatchObject({ code: 0 });
        expect((await logIn(kate, fresh)).code).toBeNull();
      }
    });
  },
  { AUTH_BREACHED_PASSWORDS: `file:${list}`, ...mailbox.environment },
);

it('without mail nobody is asked for a reset that could not be had, and a list that cannot be read keeps nobody out', async () => {
  const file = join(newFolder(), 'list');
  const hash = createHash('sha1').update(known).digest().subarray(0, 8);
  writeFileSync(file, hash);
  const withoutMail = await openHouse('sqlite', { AUTH_BREACHED_PASSWORDS: `file:${list}`, AUTH_MAIL_URL: 'off' });
  const cutOff = await openHouse('sqlite', {
    AUTH_BREACHED_PASSWORDS: `file:${file}`,
    AUTH_BREACHED_FAIL: 'closed',
    ...mailbox.environment,
  });
  for (const house of [withoutMail, cutOff]) {
    const kate = await newPerson(house);
    const { database, hasher } = house.app.services;
    const passwordHash = await hasher.hash(known, plainClient());
    await database.client.user.update({ where: { id: kate.id }, data: { passwordHash } });
    writeFileSync(file, '');
    for (const _ of [1, 2]) {
      const response = await fetch(`${house.url}/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: kate.username, password: known }),
      });
      expect(response.status).toBe(200);
    }
    writeFileSync(file, hash);
    await house.close();
  }
});
