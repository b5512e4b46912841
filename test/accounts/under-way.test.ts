import { hashSync } from 'bcryptjs';
import { toAnswer } from '../../src/answer';
import { createUserLoader } from '../../src/users/user.loader';
import { logIn, newPerson, type Person, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { plainClient, prove } from '../support/proof';

type UpdateProfile = Parameters<House['app']['services']['accounts']['updateProfile']>[1];

/** A change whose request was accepted, and whose session or user changes before it is written. */
onBothDatabases(
  'a change that is under way',
  (house) => {
    const services = () => house().app.services;
    const rowOf = ({ id }: Person) => services().database.client.user.findUniqueOrThrow({ where: { id } });
    const update = (session: Awaited<ReturnType<typeof prove>>, input: UpdateProfile) =>
      services().accounts.updateProfile(session, input, plainClient(), createUserLoader(services().database));

    const endings: readonly [string, (at: House, person: Person) => Promise<unknown>][] = [
      ['the user is disabled', (at, { username }) => at.app.services.users.disable(username)],
      ['the operator ends every session', (at, { username }) => at.app.services.users.revokeSessions(username)],
      ['the session logs out', (at, { accessToken }) => rest.send(at, 'logout', undefined, accessToken)],
      [
        'another session ends it',
        async (at, person) => rest.send(at, 'revokeSession', person.sessionId, (await logIn(at, person)).accessToken),
      ],
      [
        'another session changes the password',
        async (at, person) => {
          const input = { currentPassword: person.password, newPassword: 'a louder garden gate' };
          return rest.send(at, 'changePassword', input, (await logIn(at, person)).accessToken);
        },
      ],
    ];

    it.each(endings)('of an address or a name is not written when %s meanwhile', async (_how, end) => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      await end(house(), kate);
      const before = await rowOf(kate);
      const wishes = [{ email: `${uniqueName()}@example.com`, currentPassword: kate.password }, { name: 'Mallory' }];
      for (const wish of wishes)
        await expect(update(session, wish)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'REVOKED' } });
      expect(await rowOf(kate)).toEqual(before);
      const events = await services().audit.list({ who: { userId: kate.id, names: [] }, event: 'email.changed', limit: 10 });
      expect(events).toEqual([]);
    });

    it('of the password is made over a hash that was renewed since this node has read it', async () => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      const before = await rowOf(kate);
      const renewed = hashSync(kate.password, 4); // as another node's login does where the cost was raised
      await services().database.client.user.update({ where: { id: kate.id }, data: { passwordHash: renewed } });
      expect(session.user.passwordHash).toBe(before.passwordHash);
      const input = { currentPassword: kate.password, newPassword: 'a louder garden gate' };
      await services().accounts.changePassword(session, input, plainClient());
      expect((await logIn(house(), { ...kate, password: input.newPassword })).sessionId).toEqual(expect.any(String));
    });

    it('is written when only the other sessions ended meanwhile', async () => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      await rest.send(house(), 'logout', { scope: 'OTHERS' }, kate.accessToken);
      expect(toAnswer(await update(session, { name: 'Kate' })).value.user.name).toBe('Kate');
    });

    it('of a password is made once when one session asks for it twice with the same current one', async () => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      const change = (newPassword: string) =>
        services().accounts.changePassword(session, { currentPassword: kate.password, newPassword }, plainClient());
      await change('the first garden gate');
      await expect(change('the second garden gate')).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      const login = async (password: string) => (await rest.send(house(), 'login', { username: kate.username, password })).code;
      expect([await login('the first garden gate'), await login('the second garden gate')]).toEqual([null, 'INVALID_CREDENTIALS']);
      expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBeNull();
    });

    it('of a password is made although the check renewed an old hash', async () => {
      const kate = await newPerson(house());
      const dearer = await openDearer(house());
      const answer = await rest.send(
        dearer,
        'changePassword',
        { currentPassword: kate.password, newPassword: 'a louder garden gate' },
        kate.accessToken,
      );
      expect(answer.code).toBeNull();
      expect((await rowOf(kate)).passwordHash).toContain('$2b$11$');
      await dearer.close();
    });

    it('of a password is made at a node that remembers the hash from before it was renewed', async () => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      const dearer = await openDearer(house());
      await logIn(dearer, kate);
      expect((await rowOf(kate)).passwordHash).toContain('$2b$11$');
      const passwords = { currentPassword: kate.password, newPassword: 'a louder garden gate' };
      expect((await services().accounts.changePassword(session, passwords, plainClient())).value.user.id).toBe(kate.id);
      await dearer.close();
    });

    it('of a session that another change has left behind does not bring it back to life', async () => {
      const kate = await newPerson(house());
      const session = await prove(house(), kate.accessToken);
      // As a login that was being written while every session was ended: not marked, and of a generation that is over.
      await services().database.client.user.update({ where: { id: kate.id }, data: { generation: { increment: 1 } } });
      await expect(services().sessions.logout(session, { scope: 'OTHERS' }, plainClient())).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBe('UNAUTHENTICATED');
    });
  },
  { AUTH_LEASE_MS: '0' },
); // what a sentence writes past the gateway is to be seen at once

/** A second node on the same database, at a higher cost: every hash that it verifies is an old one. */
const openDearer = (house: House): Promise<House> =>
  openHouse(house.databaseUrl.startsWith('file:') ? 'sqlite' : 'postgresql', { AUTH_BCRYPT_COST: '11' }, house);
