/**
 * P1 of the design, as a table: what is done, and the event that its owner sees of it, for every event of the catalogue that owners see. Those of
 * identities are in identities/provider-login.test.ts, where there is a provider.
 */
import { join } from 'node:path';
import { catalogueOf } from '../../src/audit/event-description';
import { features } from '../../src/features';
import { logInWith, owner, withPasskeys } from '../passkeys/people';
import { enrol, nextStep } from '../support/authenticator';
import { logIn, newPerson, type Person, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { plainClient } from '../support/proof';
import { setUser } from '../support/set-user';

const mailbox = createMailbox();
const inBreach = 'correct horse battery';
const list = join(__dirname, '../fixtures/breached-passwords');
const newPassword = 'a louder garden gate';

/** Does it, for somebody new. @returns what has another `accessToken` to look with, where the one of registering is dead by then */
type Doing = (house: House, kate: Person) => Promise<unknown>;

/** As of somebody who came from another provider. */
const withoutPassword = (house: House, { id }: Person) => setUser(house, id, { passwordHash: null });

const send = (house: House, { accessToken }: Pick<Person, 'accessToken'>, operation: string, input?: unknown) =>
  rest.send(house, operation, input, accessToken);

async function askForAddress(house: House, kate: Person): Promise<string> {
  const newEmail = `${uniqueName()}@example.com`;
  await send(house, kate, 'requestEmailChange', { newEmail });
  return newEmail;
}

async function reset(house: House, { email }: Person): Promise<void> {
  await rest.send(house, 'requestPasswordReset', { email });
  const { token } = await mailbox.next(email, 'reset-code');
  await rest.send(house, 'resetPassword', { token, newPassword });
}

async function withPasskey(house: House, kate: Person) {
  await house.app.services.users.verifyEmail(kate.id);
  return owner(house, undefined, kate);
}

/** By the name of the event, and `refused` after it where that is its outcome. */
const table: Readonly<Record<string, Doing>> = {
  'user.registered': async () => {},
  login: async (house, kate) => logIn(house, kate),
  'login refused': async (house, { username }) => rest.send(house, 'login', { username, password: 'not the gate' }),
  logout: async (house, kate) => send(house, await logIn(house, kate), 'logout'),
  'session.revoked': async (house, kate) => send(house, kate, 'revokeSession', (await logIn(house, kate)).sessionId),
  'session.displaced': async (house, kate) => {
    await logIn(house, kate);
    await logIn(house, kate);
    return logIn(house, kate);
  },
  'session.refresh_reused refused': async (house, kate) => {
    const { refreshToken } = await logIn(house, kate);
    await rest.send(house, 'refresh', { refreshToken });
    house.clock.advance(120); // past the grace
    await rest.send(house, 'refresh', { refreshToken });
  },
  'passkey.added': async (house, kate) => withPasskey(house, kate),
  'passkey.removed': async (house, kate) => {
    const { passkeyId } = await withPasskey(house, kate);
    await send(house, kate, 'removePasskey', passkeyId);
  },
  'passkey.counter_went_back refused': async (house, kate) => {
    const { passkey } = await withPasskey(house, kate);
    await logInWith(house, passkey, rest, { counter: 5 });
    await logInWith(house, passkey, rest, { counter: 4 });
  },
  'totp.added': async (house, kate) => enrol(house, kate),
  'totp.removed': async (house, kate) => send(house, await enrol(house, kate), 'removeTotp'),
  'recovery_codes.renewed': async (house, kate) => send(house, await enrol(house, kate), 'renewRecoveryCodes'),
  'recovery_code.used': async (house, kate) => {
    const { recoveryCodes } = await enrol(house, kate);
    await send(house, kate, 'reauthenticate', { recoveryCode: recoveryCodes[0] });
  },
  'second_factor.refused refused': async (house, kate) => {
    await enrol(house, kate);
    nextStep(house);
    const { body } = await rest.send(house, 'login', { username: kate.username, password: kate.password });
    await rest.send(house, 'completeLogin', { challenge: body.challenge, totp: 'no code' });
  },
  'account.deletion_scheduled': async (house, kate) => {
    await send(house, kate, 'deleteAccount');
    await house.app.services.users.restore(kate.id);
    return logIn(house, kate);
  },
  'account.deletion_cancelled': async (house, kate) => {
    await send(house, kate, 'deleteAccount');
    const { body } = await rest.send(house, 'login', { username: kate.username, password: kate.password });
    return (await rest.send(house, 'completeLogin', { challenge: body.challenge })).body;
  },
  'email.verified': async (house, kate) => {
    const { code } = await mailbox.next(kate.email, 'verify-code');
    await send(house, kate, 'verifyEmail', { code });
  },
  'email.change_requested': async (house, kate) => askForAddress(house, kate),
  'email.change_cancelled': async (house, kate) => {
    await askForAddress(house, kate);
    await send(house, kate, 'cancelEmailChange');
  },
  'email.changed': async (house, kate) => {
    const { code } = await mailbox.next(await askForAddress(house, kate), 'change-code');
    await send(house, kate, 'confirmEmailChange', { code });
  },
  'email.changed refused': (house, kate) =>
    send(house, kate, 'updateProfile', { email: `x${kate.email}`, currentPassword: 'not the gate' }),
  'profile.changed': (house, kate) => send(house, kate, 'updateProfile', { name: 'Kate' }),
  'password.changed': (house, kate) => send(house, kate, 'changePassword', { currentPassword: kate.password, newPassword }),
  'password.changed refused': (house, kate) => send(house, kate, 'changePassword', { currentPassword: 'not the gate', newPassword }),
  'password.set': async (house, kate) => {
    await withoutPassword(house, kate);
    await send(house, kate, 'setPassword', { newPassword });
  },
  'password.distrusted': async (house, kate) => {
    const { database, hasher } = house.app.services;
    const passwordHash = await hasher.hash(inBreach, plainClient());
    await database.client.user.update({ where: { id: kate.id }, data: { passwordHash } }); // it became known after it was set
    return logIn(house, { ...kate, password: inBreach });
  },
  'password.reset_requested': async (house, { email }) => rest.send(house, 'requestPasswordReset', { email }),
  'password.reset': async (house, kate) => {
    await reset(house, kate);
    return logIn(house, { ...kate, password: newPassword });
  },
  'session.reauthenticated': (house, kate) => send(house, kate, 'reauthenticate', { password: kate.password }),
  'session.reauthenticated refused': (house, kate) => send(house, kate, 'reauthenticate', { password: 'not the gate' }),
  'account.exported': (house, kate) => send(house, kate, 'accountExport'),
  'event.disputed': async (house, kate) => {
    const { sessionId } = await logIn(house, kate);
    const where = { userId: kate.id, event: 'login', sessionId };
    const { id } = await house.app.services.database.client.auditEvent.findFirstOrThrow({ where });
    await send(house, kate, 'disputeSecurityEvent', id);
  },
  'user.disabled': async (house, kate) => {
    await house.app.services.users.disable(kate.id);
    await house.app.services.users.enable(kate.id);
    return logIn(house, kate);
  },
  'user.enabled': async (house, kate) => {
    await house.app.services.users.disable(kate.id);
    await house.app.services.users.enable(kate.id);
    return logIn(house, kate);
  },
  'user.roles_changed': async (house, { id }) => house.app.services.users.setRoles(id, ['EDITOR']),
  'user.password_set': async (house, kate) => {
    await house.app.services.users.setPassword(kate.id, newPassword);
    return logIn(house, { ...kate, password: newPassword });
  },
  'user.email_set': async (house, { id }) => house.app.services.users.setEmail(id, `${uniqueName()}@example.com`),
  'user.email_verified': async (house, { id }) => house.app.services.users.verifyEmail(id),
  'user.reset_sent': async (house, { id }) => house.app.services.users.sendReset(id),
  'user.second_factor_reset': async (house, kate) => {
    await enrol(house, kate);
    await house.app.services.users.resetSecondFactor(kate.id);
  },
  'user.sessions_revoked': async (house, kate) => {
    await house.app.services.users.revokeSessions(kate.id);
    return logIn(house, kate);
  },
};

it('every event that owners see is in the table, and no other (P1)', () => {
  const shown = [...catalogueOf(features.list)].filter(([name, { isShown }]) => isShown && !name.startsWith('identity.'));
  const named = Object.keys(table).map((key) => key.replace(' refused', ''));
  expect(shown.map(([name]) => name).filter((name) => !named.includes(name))).toEqual([]);
  expect(named.filter((name) => !shown.some(([each]) => each === name))).toEqual([]);
});

onBothDatabases(
  'what an owner has done, or had done to the account',
  (house) => {
    it.each(Object.entries(table))('stands on the timeline with its outcome: %s (P1)', async (key, doIt) => {
      const [name, outcome = 'ok'] = key.split(' ');
      const kate = await newPerson(house());
      const { accessToken = kate.accessToken } = ((await doIt(house(), kate)) ?? {}) as { accessToken?: string };
      const response = await fetch(`${house().url}/v1/security-events?first=100`, { headers: { authorization: `Bearer ${accessToken}` } });
      const { nodes } = (await response.json()) as { nodes: { event: string; outcome: string; at: string }[] };
      const found = nodes.filter(({ event }) => event === name);
      expect(found.map((node) => node.outcome.toLowerCase())).toContain(outcome);
    });
  },
  {
    ...mailbox.environment,
    ...withPasskeys,
    AUTH_SESSIONS_PER_USER: '3',
    AUTH_BREACHED_PASSWORDS: `file:${list}`,
  },
);
