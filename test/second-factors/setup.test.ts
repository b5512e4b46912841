/**
 * AUTH_SECOND_FACTOR_ROLES (0b.7 of the design): whose role asks for a second factor gets no session without one, and is led to it. H7 for its
 * challenge.
 */
import * as otpauth from 'otpauth';
import { type ChallengeKind, writeChallenge } from '../../src/admission/login-challenge';
import { features } from '../../src/features';
import { withPasskeys } from '../passkeys/people';
import { enrol, nextStep, shown } from '../support/authenticator';
import { type Answer, type Door, everywhere, logIn, newPerson, type Person, rest } from '../support/doors';
import { type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { expectNothingOpens } from '../support/nothing-opens';
import { Authenticator } from '../support/passkey-authenticator';
import { setUser } from '../support/set-user';
import { createVisitor } from '../support/visitor';

const mailbox = createMailbox();
const asked = { AUTH_SECOND_FACTOR_ROLES: 'OPS, team:lead' };

/** Somebody whose role asks for a second factor. */
async function newOperator(house: House, roles = 'OPS'): Promise<Person> {
  const person = await newPerson(house);
  await setUser(house, person.id, { roles });
  return person;
}

/** The challenge that a right password is answered with. */
async function setupOf(house: House, { username, password }: Person, door: Door = rest): Promise<Answer> {
  const answer = await door.send(house, 'login', { username, password });
  expect([answer.status, answer.code]).toEqual([403, 'SECOND_FACTOR_SETUP_REQUIRED']);
  return answer;
}

const challengeFor = async (house: House, person: Person): Promise<string> => (await setupOf(house, person)).body.challenge;

const appOf = ({ body }: Answer): otpauth.TOTP => otpauth.URI.parse(body.uri) as otpauth.TOTP;

/** Adds an app with a challenge. */
async function addApp(house: House, challenge: string, door: Door = rest): Promise<{ app: otpauth.TOTP; confirmed: Answer }> {
  const app = appOf(await door.send(house, 'startTotp', { challenge }));
  return { app, confirmed: await door.send(house, 'confirmTotp', { challenge, code: shown(house, app) }) };
}

const rowsOf = ({ app }: House) => app.services.database.client;

/** What adds a factor with a challenge, each with an input that is right but for it. */
const adding = (challenge: string): readonly (readonly [string, object])[] => [
  ['startTotp', { challenge }],
  ['confirmTotp', { challenge, code: '123456' }],
  ['newPasskeyOptions', { challenge }],
  ['addPasskey', { challenge, passkey: new Authenticator().create({ challenge: 'AA', rp: { id: 'x' }, user: { id: 'AA' } } as never) }],
];

everywhere(
  'a role that asks for a second factor',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const complete = (input: object) => door.send(house(), 'completeLogin', input);
    const expectAllRefused = async (challenge: string) => {
      for (const [operation, input] of adding(challenge))
        expect([operation, (await door.send(house(), operation, input)).code]).toEqual([operation, 'INVALID_CODE']);
    };

    it("adds none by another provider's word once that is unlinked, nor where the challenge has lost it", async () => {
      const kate = await newOperator(house());
      const { identity } = rowsOf(house());
      const { sessionId: id, id: userId, username: subject } = kate;
      const of = { provider: 'x', issuer: 'https://x.example', subject };
      await identity.create({ data: { ...of, id, userId, createdAt: new Date(house().clock.now()) } });
      const person = {
        ...of,
        email: null,
        isVouched: false,
        hasShownTwoFactors: false,
        username: null,
        name: null,
        locale: null,
        linkedAs: id,
      };
      const { secrets } = house().app.services;
      const kind = 'second factor setup';
      const { challenge } = writeChallenge({ kind, userId, generation: 0, methods: ['fed'], identity: person }, secrets, house().clock);
      expect((await door.send(house(), 'startTotp', { challenge })).code).toBeNull();
      await expectAllRefused(challenge.split('.')[0] ?? '');
      await identity.delete({ where: { id } });
      await expectAllRefused(challenge);
    });

    it('leads log-in through adding an app, and then to a session', async () => {
      const kate = await newOperator(house(), 'other team:lead');
      const refused = await setupOf(house(), kate, door);
      expect(refused.body.methods.map((each: string) => each.toUpperCase())).toEqual(['PASSKEY', 'TOTP']);
      expect(refused.text).not.toMatch(/gatehouse_rt_|eyJ|access/);
      const { challenge } = refused.body;
      const { app, confirmed } = await addApp(house(), challenge, door);
      expect([confirmed.code, confirmed.body.recoveryCodes.length, confirmed.body.endedSessions]).toEqual([null, 10, 0]);
      expect((await complete({ challenge, totp: shown(house(), app) })).code).toBe('INVALID_CODE'); // it has confirmed the app
      nextStep(house());
      const recovered = await complete({ challenge, recoveryCode: confirmed.body.recoveryCodes[0] });
      expect([recovered.code, recovered.body.issues]).toEqual(['BAD_USER_INPUT', [{ path: 'totp', message: 'is required, or passkey' }]]);
      const done = await complete({ challenge, totp: shown(house(), app) });
      expect([done.status, done.code, done.body.session.methods]).toEqual([200, null, ['pwd', 'otp']]);
      const events = await rowsOf(house()).auditEvent.findMany({ where: { userId: kate.id }, orderBy: { at: 'asc' } });
      const told = events.map(({ event, detail, sessionId }) => [event, detail, sessionId === null]);
      expect(told).toContainEqual(['login', 'no second factor', true]);
      expect(told).toContainEqual(['totp.added', null, true]);
      nextStep(house());
      expect((await complete({ challenge, totp: shown(house(), app) })).code).toBe('INVALID_CODE'); // it is used up
      await expectAllRefused(challenge);
      expect((await door.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBe('SECOND_FACTOR_REQUIRED');
    });

    it('leads it through adding a passkey as well', async () => {
      const kate = await newOperator(house());
      const challenge = await challengeFor(house(), kate);
      expect((await door.send(house(), 'passkeyOptions', { challenge })).code).toBe('FORBIDDEN'); // there is none to ask for
      const key = new Authenticator();
      const options = await door.send(house(), 'newPasskeyOptions', { challenge });
      const passkey = key.create(options.body.publicKey);
      const added = await door.send(house(), 'addPasskey', { challenge, passkey });
      expect([added.code, added.body.recoveryCodes.length]).toEqual([null, 10]);
      expect((await door.send(house(), 'addPasskey', { challenge, passkey })).code).toBe('INVALID_CODE');
      const asking = await door.send(house(), 'passkeyOptions', { challenge });
      const done = await complete({ challenge, passkey: key.get(asking.body.publicKey) });
      expect([done.code, done.body.session.methods]).toEqual([null, ['pwd', 'hwk', 'user']]);
      expect(await rowsOf(house()).passkey.count({ where: { userId: kate.id } })).toBe(1);
    });

    it('is asked of nobody else, nor of whoever has shown two factors', async () => {
      await logIn(house(), await newOperator(house(), 'ops TEAM:LEAD OPS2'));
      const kate = await newOperator(house());
      const { body } = await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken);
      const key = new Authenticator();
      expect((await door.send(house(), 'addPasskey', { passkey: key.create(body.publicKey) }, kate.accessToken)).code).toBeNull();
      const options = await door.send(house(), 'passkeyOptions');
      expect((await door.send(house(), 'loginWithPasskey', { passkey: key.get(options.body.publicKey) })).code).toBeNull();
    });

    it('has a challenge that adds nothing once there is a second factor', async () => {
      const kate = await newOperator(house());
      const [owners, other] = [await challengeFor(house(), kate), await challengeFor(house(), kate)];
      const waiting = appOf(await door.send(house(), 'startTotp', { challenge: other }));
      const { app, confirmed } = await addApp(house(), owners, door);
      expect(confirmed.code).toBeNull();
      await expectAllRefused(other);
      await expectAllRefused(owners);
      nextStep(house());
      expect((await complete({ challenge: other, totp: shown(house(), waiting) })).code).toBe('INVALID_CODE');
      expect((await complete({ challenge: owners, totp: shown(house(), app) })).code).toBeNull();
    });

    it('takes no other challenge for its own, and its own for ten minutes, with the account as it was', async () => {
      const kate = await newOperator(house());
      const { secrets, clock } = house().app.services;
      const { generation } = await rowsOf(house()).user.findUniqueOrThrow({ where: { id: kate.id } });
      const kinds: readonly ChallengeKind[] = ['deletion', 'second factor', 'second factor and deletion', 'link', 'registration'];
      for (const kind of kinds)
        await expectAllRefused(writeChallenge({ kind, userId: kate.id, generation, methods: ['pwd'] }, secrets, clock).challenge);
      for (const none of ['', 'gatehouse_lc_', `${(await challengeFor(house(), kate)).slice(0, -1)}!`]) await expectAllRefused(none);
      const beforeChange = await challengeFor(house(), kate);
      const started = appOf(await door.send(house(), 'startTotp', { challenge: beforeChange }));
      const changed = { currentPassword: kate.password, newPassword: 'another garden gate' };
      expect((await rest.send(house(), 'changePassword', changed, kate.accessToken)).code).toBeNull();
      await expectAllRefused(beforeChange);
      const code = shown(house(), started);
      expect((await door.send(house(), 'confirmTotp', { challenge: beforeChange, code })).code).toBe('INVALID_CODE');
      const late = await challengeFor(house(), { ...kate, password: changed.newPassword });
      const notYet = await complete({ challenge: late, totp: '123456' });
      expect(notYet.code).toBe('INVALID_CODE'); // there is no app
      house().clock.advance(601);
      await expectAllRefused(late);
      expect(await rowsOf(house()).totp.count({ where: { userId: kate.id, confirmedAt: { not: null } } })).toBe(0);
    });

    it('takes a deletion back with the factor that was added, and not before', async () => {
      const kate = await newOperator(house());
      const users = rowsOf(house()).user;
      await users.update({ where: { id: kate.id }, data: { deletesAt: new Date(house().clock.now() + 86_400_000) } });
      const scheduled = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
      expect(scheduled.code).toBe('DELETION_SCHEDULED');
      const next = await complete({ challenge: scheduled.body.challenge });
      expect(next.code).toBe('SECOND_FACTOR_SETUP_REQUIRED');
      const { app } = await addApp(house(), next.body.challenge, door);
      expect((await users.findUniqueOrThrow({ where: { id: kate.id } })).deletesAt).not.toBeNull();
      nextStep(house());
      expect((await complete({ challenge: next.body.challenge, totp: shown(house(), app) })).code).toBeNull();
      expect((await users.findUniqueOrThrow({ where: { id: kate.id } })).deletesAt).toBeNull();
    });

    it('lets sessions of before go on, and ends them where that is asked for', async () => {
      const kate = await newOperator(house());
      const challenge = await challengeFor(house(), kate);
      expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBeNull();
      const app = appOf(await door.send(house(), 'startTotp', { challenge }));
      const confirmed = await door.send(house(), 'confirmTotp', { challenge, code: shown(house(), app), endOtherSessions: true });
      expect(confirmed.body.endedSessions).toBe(1);
      expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBe('UNAUTHENTICATED');
      nextStep(house());
      expect((await complete({ challenge, totp: shown(house(), app) })).code).toBeNull();
    });

    it('takes the challenge for what it is, whatever token comes beside it', async () => {
      const [kate, lars] = [await newOperator(house()), await newPerson(house())];
      const challenge = await challengeFor(house(), kate);
      const app = appOf(await door.send(house(), 'startTotp', { challenge }, lars.accessToken));
      expect((await door.send(house(), 'confirmTotp', { challenge, code: shown(house(), app) }, 'stale')).code).toBeNull();
      expect(await rowsOf(house()).totp.findMany({ where: { userId: { in: [kate.id, lars.id] } }, select: { userId: true } })).toEqual([
        { userId: kate.id },
      ]);
    });
  },
  { ...asked, ...withPasskeys },
);

everywhere(
  'a role that asks for a second factor, where there is mail',
  (house, door) => {
    it('is led to the mailbox first: nothing is added to an address that nobody has shown', async () => {
      const kate = await newOperator(house());
      const login = () => door.send(house(), 'login', { username: kate.username, password: kate.password });
      const unproved = await login();
      expect([unproved.status, unproved.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
      const { code } = await mailbox.next(kate.email, 'verify-code');
      expect((await door.send(house(), 'verifyEmail', { attempt: unproved.body.attempt, code })).code).toBeNull();
      const { challenge } = (await login()).body;
      const { app, confirmed } = await addApp(house(), challenge, door);
      expect(confirmed.code).toBeNull();
      expect((await mailbox.next(kate.email, 'totp-added')).text).toContain(kate.username);
      nextStep(house());
      expect((await door.send(house(), 'completeLogin', { challenge, totp: shown(house(), app) })).code).toBeNull();
    });

    it('asks whoever comes by a code of a mail as well', async () => {
      const kate = await newOperator(house());
      const sent = await door.send(house(), 'requestLoginCode', { email: kate.email });
      const { code } = await mailbox.next(kate.email, 'login-code');
      const refused = await door.send(house(), 'loginWithCode', { attempt: sent.body.attempt, code });
      expect([refused.status, refused.code]).toEqual([403, 'SECOND_FACTOR_SETUP_REQUIRED']);
      const { app } = await addApp(house(), refused.body.challenge, door);
      house().clock.advance(30);
      const done = await door.send(house(), 'completeLogin', { challenge: refused.body.challenge, totp: shown(house(), app) });
      expect([done.code, done.body.session?.methods]).toEqual([null, ['mail', 'otp']]);
    });
  },
  { ...asked, ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on' },
);

onBothDatabases(
  'with nothing but the challenge to add a second factor',
  (house) => {
    it('no operation lets anybody in (H7)', async () => {
      const kate = await newOperator(house());
      const answer = await setupOf(house(), kate);
      expect(answer.headers.getSetCookie()).toEqual([]);
      await expectNothingOpens(house(), answer.body.challenge);
      const { challenge } = answer.body;
      for (const input of [{ challenge }, { challenge, password: kate.password }])
        expect((await rest.send(house(), 'completeLogin', input)).code).toBe('BAD_USER_INPUT');
      expect(features.operations.filter(({ access }) => access === 'fresh or challenge').map(({ name }) => name)).toEqual([
        'startTotp',
        'confirmTotp',
        'newPasskeyOptions',
        'addPasskey',
      ]);
      expect(await rowsOf(house()).session.count({ where: { userId: kate.id } })).toBe(1); // that of registering
    });

    it('the pages lead through adding an app, without a script', async () => {
      house().clock.stop();
      const kate = await newOperator(house());
      const browser = createVisitor(house());
      const path = '/account/login/add-second-factor';
      expect((await browser.get(path)).location).toMatch(/\/account\/login$/);
      const login = { do: 'login', username: kate.username, password: kate.password };
      const first = await browser.submit('/account/login', login);
      expect([first.title, first.text.includes('Your account may do a lot')]).toEqual(['Add an authenticator app · gatehouse.test', true]);
      const page = await browser.submit(path, { do: 'start' });
      const app = otpauth.URI.parse(/href="(otpauth:[^"]+)"/.exec(page.text)?.[1] ?? '') as otpauth.TOTP;
      const wrong = await browser.post(path, { do: 'confirm', code: '000000' });
      expect([wrong.status, wrong.code, wrong.text.includes('<svg class="qr"')]).toEqual([400, 'INVALID_CODE', true]);
      const codes = await browser.submit(path, { do: 'confirm', code: shown(house(), app) });
      expect([...codes.text.matchAll(/<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})<\/li>/g)]).toHaveLength(10);
      const next = await browser.submit(path, { do: 'kept' });
      expect([next.title, next.text.includes('Enter its next code')]).toEqual(['One more step · gatehouse.test', true]);
      expect((await browser.get('/account')).status).toBe(303); // nobody is logged in yet
      nextStep(house());
      const done = await browser.submit('/account/login/second-factor', { do: 'totp', code: shown(house(), app) });
      expect(done.title).toBe('Your account · gatehouse.test');
    });
  },
  asked,
);

onTwoNodes(
  'adding a second factor with two challenges at once',
  (nodes) => {
    it('adds one, of whatever kind', async () => {
      const [first, second] = nodes();
      first.clock.stop();
      for (let time = 0; time < 5; time += 1) {
        const kate = await newOperator(first);
        const [one, other] = [await challengeFor(first, kate), await challengeFor(second, kate)];
        const app = appOf(await rest.send(first, 'startTotp', { challenge: one }));
        const options = await rest.send(second, 'newPasskeyOptions', { challenge: other });
        const passkey = new Authenticator().create(options.body.publicKey);
        const answers = await Promise.all([
          rest.send(first, 'confirmTotp', { challenge: one, code: shown(first, app) }),
          rest.send(second, 'addPasskey', { challenge: other, passkey }),
        ]);
        expect(answers.map(({ code }) => code).sort()).toEqual(['INVALID_CODE', null]);
        const { totp, passkey: passkeys, recoveryCode } = rowsOf(first);
        const where = { userId: kate.id };
        const added = (await totp.count({ where: { ...where, confirmedAt: { not: null } } })) + (await passkeys.count({ where }));
        expect([added, await recoveryCode.count({ where })]).toEqual([1, 10]);
      }
    });

    it('of a session and of a challenge at once, none waits for the other for ever', async () => {
      const [first, second] = nodes();
      first.clock.stop();
      for (let time = 0; time < 5; time += 1) {
        const kate = await newOperator(first);
        const challenge = await challengeFor(second, kate);
        const app = appOf(await rest.send(first, 'startTotp', { challenge }));
        const code = shown(first, app);
        const answers = await Promise.all([
          rest.send(first, 'confirmTotp', { code, endOtherSessions: true }, kate.accessToken),
          rest.send(second, 'confirmTotp', { challenge, code, endOtherSessions: true }),
        ]);
        const codes = answers.map(({ code: each }) => each);
        expect(codes.filter((each) => each === null)).toEqual([null]);
        expect(codes.filter((each) => each !== null && !['INVALID_CODE', 'UNAUTHENTICATED'].includes(each))).toEqual([]);
        expect(await rowsOf(first).recoveryCode.count({ where: { userId: kate.id } })).toBe(10);
      }
    });
  },
  { ...asked, ...withPasskeys },
);

onBothDatabases(
  'whoever has a second factor before a role asks for it',
  (house) => {
    it('logs in as before', async () => {
      const kate = await enrol(house(), await newOperator(house()));
      const { username, password } = kate;
      expect((await rest.send(house(), 'login', { username, password })).code).toBe('SECOND_FACTOR_REQUIRED');
    });
  },
  asked,
);
