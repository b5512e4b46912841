// K's "a third door, no third policy": one table of cases through GraphQL, REST and the pages (1.10: all three refuse alike).
import { type FailureCode, failures } from '../../src/errors';
import { withPasskeys } from '../passkeys/people';
import { type Answer, type Door, graphql, newPerson, type Person, rest, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { Authenticator } from '../support/passkey-authenticator';
import { createVisitor, enter } from '../support/visitor';

const mailbox = createMailbox();
const password = 'a quiet garden gate';

/** What a form of a page sends in the place of an operation's input. `done`: where it leads when that was done, and nowhere else. */
const forms: Readonly<Record<string, { readonly path: string; readonly action: string; readonly done?: string }>> = {
  register: { path: '/register', action: 'register', done: '/login?tried=1' },
  login: { path: '/login', action: 'login', done: '/login?tried=1' },
  requestPasswordReset: { path: '/forgot-password', action: 'ask', done: '/reset-password' },
  requestLoginCode: { path: '/login/code', action: 'ask' },
  updateProfile: { path: '/profile', action: 'save', done: '/profile?done=saved' },
  changePassword: { path: '/password', action: 'change', done: '/password?done=1&n=1' },
  requestEmailChange: { path: '/email', action: 'change', done: '/email' },
  confirmEmailChange: { path: '/email', action: 'confirm' },
  verifyEmail: { path: '/verify-email', action: 'enter' },
  confirmTotp: { path: '/totp', action: 'confirm' },
  disputeSecurityEvent: { path: '/events', action: 'dispute' },
  revokeSession: { path: '/security', action: 'end' },
  loginWithPasskey: { path: '/login', action: 'passkey' },
  addPasskey: { path: '/passkey/add', action: 'add' },
  renamePasskey: { path: '/passkey', action: 'rename' },
  removePasskey: { path: '/passkey', action: 'remove' },
};

const inSnake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

interface Case {
  readonly operation: string;
  readonly what: string;
  readonly input: (person: Person) => unknown;
  readonly code: FailureCode | null;
  readonly signedIn?: true;
}

const cases: readonly Case[] = [
  { operation: 'login', what: 'the right password', input: ({ username }) => ({ username, password }), code: null },
  {
    operation: 'login',
    what: 'a wrong password',
    input: ({ username }) => ({ username, password: 'not this one' }),
    code: 'INVALID_CREDENTIALS',
  },
  { operation: 'login', what: 'nobody', input: () => ({ username: uniqueName(), password }), code: 'INVALID_CREDENTIALS' },
  { operation: 'login', what: 'no password', input: ({ username }) => ({ username, password: '' }), code: 'BAD_USER_INPUT' },
  { operation: 'login', what: 'a name of 2 kB', input: () => ({ username: 'x'.repeat(2_048), password }), code: 'BAD_USER_INPUT' },
  { operation: 'register', what: 'somebody new', input: () => named(uniqueName()), code: null },
  {
    operation: 'register',
    what: 'a taken name',
    input: ({ username }) => ({ ...named(uniqueName()), username: username.toUpperCase() }),
    code: 'USERNAME_TAKEN',
  },
  { operation: 'register', what: 'a taken address', input: ({ email }) => ({ ...named(uniqueName()), email }), code: 'EMAIL_TAKEN' },
  { operation: 'register', what: 'a weak password', input: () => ({ ...named(uniqueName()), password: 'short' }), code: 'WEAK_PASSWORD' },
  { operation: 'register', what: 'no address', input: () => ({ ...named(uniqueName()), email: 'nobody' }), code: 'BAD_USER_INPUT' },
  { operation: 'requestPasswordReset', what: 'somebody', input: ({ email }) => ({ email }), code: null },
  { operation: 'requestPasswordReset', what: 'nobody', input: () => ({ email: `${uniqueName()}@example.com` }), code: null },
  { operation: 'requestPasswordReset', what: 'no address', input: () => ({ email: '@' }), code: 'BAD_USER_INPUT' },
  { operation: 'requestLoginCode', what: 'what is off', input: ({ email }) => ({ email }), code: 'FEATURE_DISABLED' },
  { operation: 'updateProfile', what: 'a name', input: ({ username }) => ({ username, name: 'Kate' }), code: null, signedIn: true },
  { operation: 'updateProfile', what: 'a taken name', input: () => ({ username: 'taken' }), code: 'USERNAME_TAKEN', signedIn: true },
  {
    operation: 'updateProfile',
    what: 'a picture that is none',
    input: ({ username }) => ({ username, pictureUrl: 'javascript:alert(1)' }),
    code: 'BAD_USER_INPUT',
    signedIn: true,
  },
  {
    operation: 'changePassword',
    what: 'a wrong one',
    input: () => ({ currentPassword: 'not this one', newPassword: 'correct horse battery' }),
    code: 'INVALID_CREDENTIALS',
    signedIn: true,
  },
  {
    operation: 'changePassword',
    what: 'a weak one',
    input: () => ({ currentPassword: password, newPassword: 'short' }),
    code: 'WEAK_PASSWORD',
    signedIn: true,
  },
  {
    operation: 'changePassword',
    what: 'a new one',
    input: () => ({ currentPassword: password, newPassword: 'correct horse battery' }),
    code: null,
    signedIn: true,
  },
  {
    operation: 'requestEmailChange',
    what: 'another address',
    input: () => ({ newEmail: `${uniqueName()}@example.com` }),
    code: null,
    signedIn: true,
  },
  {
    operation: 'requestEmailChange',
    what: 'their own',
    input: ({ email }) => ({ newEmail: email }),
    code: 'BAD_USER_INPUT',
    signedIn: true,
  },
  { operation: 'confirmEmailChange', what: 'a wrong code', input: () => ({ code: '0000 0000' }), code: 'INVALID_CODE', signedIn: true },
  { operation: 'verifyEmail', what: 'a wrong code', input: () => ({ code: 'no code at all' }), code: 'INVALID_CODE', signedIn: true },
  { operation: 'confirmTotp', what: 'no app', input: () => ({ code: '123456' }), code: 'INVALID_CODE', signedIn: true },
  {
    operation: 'disputeSecurityEvent',
    what: 'no event of theirs',
    input: () => '6d1b4b40-994f-4a3c-ba00-fd598e508b0a',
    code: 'NOT_FOUND',
    signedIn: true,
  },
  {
    operation: 'revokeSession',
    what: 'no session of theirs',
    input: () => '6d1b4b40-994f-4a3c-ba00-fd598e508b0a',
    code: 'NOT_FOUND',
    signedIn: true,
  },
  {
    operation: 'loginWithPasskey',
    what: 'an answer to nothing',
    input: () => ({ passkey: new Authenticator().get(foreign) }),
    code: 'INVALID_CREDENTIALS',
  },
  { operation: 'loginWithPasskey', what: 'no answer', input: () => ({ passkey: {} }), code: 'BAD_USER_INPUT' },
  {
    operation: 'addPasskey',
    what: 'an address that is not proved',
    input: () => ({ passkey: new Authenticator().create(foreign) }),
    code: 'EMAIL_NOT_VERIFIED',
    signedIn: true,
  },
  { operation: 'addPasskey', what: 'no answer', input: () => ({ passkey: [] }), code: 'BAD_USER_INPUT', signedIn: true },
  {
    operation: 'renamePasskey',
    what: 'no passkey of theirs',
    input: () => ({ id: '6d1b4b40-994f-4a3c-ba00-fd598e508b0a', name: 'Phone' }),
    code: 'NOT_FOUND',
    signedIn: true,
  },
  {
    operation: 'removePasskey',
    what: 'no passkey of theirs',
    input: () => '6d1b4b40-994f-4a3c-ba00-fd598e508b0a',
    code: 'NOT_FOUND',
    signedIn: true,
  },
];

/** Options that this gateway has not given. */
const foreign = { challenge: 'AAAA', rpId: 'gatehouse.test', rp: { id: 'gatehouse.test' }, user: { id: 'AAAA' } };

function named(username: string) {
  return { username, email: `${username}@example.com`, password };
}

/** The pages, as the other doors are asked. A form that did something leads on (303); one that leads elsewhere was refused, too. */
const pages = {
  name: 'the pages',
  send: async (house: House, operation: string, input: unknown, person?: Person): Promise<Pick<Answer, 'code' | 'status'>> => {
    const { path, action, done } = forms[operation] ?? { path: '', action: '' };
    const visitor = person === undefined ? createVisitor(house) : await enter(house, person);
    const fields = typeof input === 'string' ? { id: input } : (input as Record<string, string | object>);
    const written = (value: string | object): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const form = Object.fromEntries(Object.entries(fields).map(([name, value]) => [inSnake(name), written(value)]));
    const { status, code, location } = await visitor.post(`/account${path}`, { do: action, ...form });
    if (status !== 303) return { status, code };
    return location === `/account${done}` ? { status: 200, code } : { status, code: `leads to ${location}` };
  },
};

describe('one table of cases, through three doors', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', { ...mailbox.environment, ...withPasskeys });
    await newPerson(house, { username: 'taken' });
  });
  afterAll(() => house.close());

  const sendBy = (door: Door) => (operation: string, input: unknown, person?: Person) =>
    door.send(house, operation, input, person?.accessToken);
  const doors = [
    [rest.name, sendBy(rest)],
    [graphql.name, sendBy(graphql)],
    [pages.name, (operation: string, input: unknown, person?: Person) => pages.send(house, operation, input, person)],
  ] as const;

  it.each(cases)('$operation with $what is $code', async ({ operation, input, code, signedIn }) => {
    for (const [door, send] of doors) {
      const person = await newPerson(house);
      const answer = await send(operation, input(person), signedIn ? person : undefined);
      const status = answer.status < 300 ? 'fine' : answer.status;
      expect([door, answer.code, status]).toEqual([door, code, code === null ? 'fine' : failures[code].status]);
    }
  });
});
