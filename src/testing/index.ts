import { randomBytes } from 'node:crypto';
import { toSeconds } from './duration';
import { theHost } from './host.process';

/** A gateway of a test's own: private, empty, in test mode. `docs/testing.md` tells more. */
export interface TestGateway {
  /** Where it is, without a slash at the end: `/graphql` and `/v1` are below it. */
  readonly url: string;
  /** Where its clock and its mailbox are: `http://127.0.0.1:PORT/test`. */
  readonly testUrl: string;
  /** Moves its clock: `'16m'`, `'31d'`, or seconds. What has become due is done before it answers. */
  readonly advance: (duration: string | number) => Promise<void>;
  /** What its clock says. */
  readonly now: () => Promise<Date>;
  /** The newest mail to an address; waits for one, five seconds unless told otherwise. @throws {Error} when none comes */
  readonly mailTo: (address: string, options?: MailOptions) => Promise<TestMail>;
  /** Every mail that was sent, newest first. */
  readonly mails: () => Promise<readonly TestMail[]>;
  /** Somebody new, who is signed in. */
  readonly user: (wishes?: UserWishes) => Promise<TestUser>;
  /** The next calls of an operation fail with this code: `fault({ operation: 'login', code: 'UNAVAILABLE', times: 1 })`. */
  readonly fault: (fault: { readonly operation: string; readonly code: string; readonly times?: number }) => Promise<void>;
  /** Everything is gone but the keys and the clock. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface TestMail {
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly link: string | null;
  /** Eight digits. */
  readonly code: string | null;
  readonly sentAt: Date;
}

export interface MailOptions {
  /** Such as `reset-code`: docs/mail.md lists the kinds. */
  readonly kind?: string;
  readonly waitSeconds?: number;
}

export interface UserWishes {
  readonly roles?: readonly string[];
  /** Whether the address is proved; it is, unless told otherwise. */
  readonly verified?: boolean;
  readonly password?: string;
}

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface StartOptions {
  /** Settings of the gateway, by their variables: `{ AUTH_ACCESS_TOKEN_SECONDS: '60' }`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a test wants: cheap hashes, and none of the limits that many tests of one address reach by doing what is right. */
const plainEnvironment = {
  PORT: '0',
  AUTH_TEST_MODE: 'on',
  AUTH_TEST_PORT: '0',
  AUTH_DEMO_USER: 'off',
  AUTH_BCRYPT_COST: '10',
  AUTH_HASH_THREADS: '1',
  AUTH_LIMIT_REGISTER_NETWORK: '1000000',
  AUTH_LIMIT_LOGIN_NETWORK: '1000000',
  AUTH_LIMIT_MAIL_NETWORK: '1000000',
  AUTH_LIMIT_MAIL_ADDRESS: '1000000',
};

/** Starts a gateway with a database in a temporary folder. Close it when the tests are done. @throws {Error} for a setting that is wrong */
export async function startGatehouse({ environment = {} }: StartOptions = {}): Promise<TestGateway> {
  const host = theHost();
  const secret = randomBytes(48).toString('base64');
  const { started } = await host.ask({ start: { environment: { ...plainEnvironment, AUTH_SECRET: secret, ...environment } } });
  if (started === undefined) throw new Error('the gateway has not started');
  const { gateway, url, testUrl } = started;
  const ask = <T>(method: string, path: string, body?: object): Promise<T> => askTestMode<T>(`${testUrl}${path}`, method, body);
  let closed: Promise<unknown> | undefined;
  return {
    url,
    testUrl,
    advance: async (duration) => void (await ask('PUT', '/clock', { advanceSeconds: toSeconds(duration) })),
    now: async () => new Date((await ask<{ now: string }>('GET', '/clock')).now),
    mailTo: (address, options) => mailTo(testUrl, address, options),
    mails: async () => (await ask<{ mails: RawMail[] }>('GET', '/mails')).mails.map(toMail),
    user: async (wishes = {}) => {
      const [made] = (await ask<{ users: RawUser[] }>('POST', '/users', wishes)).users;
      if (made === undefined) throw new Error('no user was made');
      const { access_token: accessToken, refresh_token: refreshToken, ...user } = made;
      return { ...user, accessToken, refreshToken };
    },
    fault: async (fault) => void (await ask('POST', '/faults', fault)),
    reset: async () => void (await ask('POST', '/reset')),
    close: async () => {
      closed ??= host.ask({ close: { gateway } });
      await closed;
    },
  };
}

type RawMail = Omit<TestMail, 'sentAt'> & { readonly sent_at: string };
type RawUser = Omit<TestUser, 'accessToken' | 'refreshToken'> & { readonly access_token: string; readonly refresh_token: string };

const toMail = ({ sent_at: sentAt, ...mail }: RawMail): TestMail => ({ ...mail, sentAt: new Date(sentAt) });

async function mailTo(testUrl: string, address: string, { kind, waitSeconds = 5 }: MailOptions = {}): Promise<TestMail> {
  const query = new URLSearchParams({ to: address, waitSeconds: String(waitSeconds), ...(kind !== undefined && { kind }) });
  const { mails } = await askTestMode<{ mails: RawMail[] }>(`${testUrl}/mails?${query}`, 'GET');
  const [newest] = mails;
  if (newest === undefined) throw new Error(`no mail${kind === undefined ? '' : ` ${kind}`} to ${address} in ${waitSeconds} s`);
  return toMail(newest);
}

async function askTestMode<T>(url: string, method: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as T & { readonly detail?: string };
  if (!response.ok) throw new Error(answer.detail ?? `test mode answers with ${response.status}`);
  return answer;
}
