import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

/** Somebody at the provider. `claims`: what it says of them beside the subject. */
export interface ProviderPerson {
  readonly subject: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What the provider does wrong. Of an ID token: how it is made. Of the rest: how it answers at its token endpoint. */
export type ProviderFault =
  | { readonly idToken: (claims: JWTPayload, keys: ProviderKeys) => Promise<string> }
  | { readonly answer: (response: ServerResponse) => void };

export interface ProviderKeys {
  readonly own: CryptoKey;
  readonly foreign: CryptoKey;
  readonly header: { readonly alg: 'ES256'; readonly kid: string };
}

/** A real OpenID provider on this machine, and beside it a GitHub-like service under `/github`. */
export interface LocalProvider {
  readonly issuer: string;
  /** As a browser goes there and comes back, with nothing to click: the query of the page that it ends at, with its `?`. */
  readonly visit: (url: string, person: ProviderPerson) => Promise<string>;
  /** From now on. Null: it is right again. */
  fault: ProviderFault | null;
  /** How many bytes it has sent at its token endpoint since the fault was set. */
  sentBytes: number;
  /** What GitHub says of whoever comes. `iss`: what it calls itself, as GitHub does since 2026 (RFC 9207). */
  github: { readonly user: unknown; readonly emails: unknown; readonly token?: unknown; readonly iss?: string };
  /** Every token that it gave out. */
  readonly tokens: string[];
  readonly close: () => Promise<void>;
}

export const providerClient = { id: 'gatehouse', secret: 'a secret between the gateway and its provider' } as const;

/** `redirectUris`: as they are registered there. */
export async function startProvider(redirectUris: readonly string[]): Promise<LocalProvider> {
  const { default: Provider } = (await import(providerLibrary)) as { default: ProviderClass };
  const keys = await makeKeys();
  const people = new Map<string, ProviderPerson>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, plain(configurationOf(redirectUris, keys.jwk, people)) as object);
  const local: LocalProvider = {
    issuer,
    fault: null,
    sentBytes: 0,
    github: { user: {}, emails: [] },
    tokens: [],
    visit: (url, person) => {
      people.set(person.subject, person);
      return visit(url, person, issuer);
    },
    close: () => closeServer(server),
  };
  const callback = provider.callback();
  server.on('request', (request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname;
    if (path.startsWith('/github/')) return void answerAsGithub(path, request, response, local);
    if (path.startsWith('/interaction/')) return void provider.interactionFinished(request, response, finishedBy(request));
    if (path === '/token' && local.fault !== null && 'answer' in local.fault) {
      request.resume();
      return local.fault.answer(response);
    }
    if (path === '/token') spoilToken(response, local, keys);
    callback(request, response);
  });
  return local;
}

const providerLibrary: string = 'oidc-provider';

/** Objects of Jest's are of a realm of their own, and no plain objects for a library that Node has loaded. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, inner]) => [name, plain(inner)]);
  return Object.assign(Object.create(Object.getPrototypeOf(Map.prototype)), Object.fromEntries(members));
}

/** The part of the library that is used: its types are a package of their own, which brings eleven others. */
type ProviderClass = new (
  issuer: string,
  configuration: object,
) => {
  readonly callback: () => (request: IncomingMessage, response: ServerResponse) => void;
  readonly interactionFinished: (request: IncomingMessage, response: ServerResponse, result: object) => Promise<void>;
};

interface MadeKeys extends ProviderKeys {
  readonly jwk: JWK;
}

async function makeKeys(): Promise<MadeKeys> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { privateKey: foreign } = await generateKeyPair('ES256');
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { own: privateKey, foreign, header: { alg: 'ES256', kid }, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}

interface GrantClass {
  new (of: { readonly clientId: string; readonly accountId: string }): { addOIDCScope(scope: string): void; save(): Promise<string> };
}

const configurationOf = (redirectUris: readonly string[], jwk: JWK, people: ReadonlyMap<string, ProviderPerson>): object => ({
  clients: [
    {
      client_id: providerClient.id,
      client_secret: providerClient.secret,
      redirect_uris: redirectUris,
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [jwk] },
  cookies: { keys: ['of a test'] },
  ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
  claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username', 'locale'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: (_context: unknown, accountId: string) => ({
    accountId,
    claims: async () => ({ sub: accountId, ...people.get(accountId)?.claims }),
  }),
  // Nobody is asked whether the gateway may know who they are.
  loadExistingGrant: async ({
    oidc,
  }: {
    oidc: { client: { clientId: string }; session: { accountId: string }; provider: { Grant: GrantClass } };
  }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});

/** The subject comes with the request, so that twenty can come at once. */
const finishedBy = ({ headers }: IncomingMessage): object => {
  const amr = headers['x-amr'];
  return {
    login: { accountId: decodeURIComponent(String(headers['x-person'])), ...(amr !== undefined && { amr: String(amr).split(' ') }) },
  };
};

async function visit(url: string, { subject, claims = {} }: ProviderPerson, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  const amr = Array.isArray(claims.amr) ? { 'x-amr': claims.amr.join(' ') } : {};
  let at = url;
  for (let hops = 0; hops < 6; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie, 'x-person': encodeURIComponent(subject), ...amr } });
    await response.text();
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`the provider shows a page with ${response.status}`);
    at = new URL(next, issuer).href;
    if (!at.startsWith(issuer)) return new URL(at).search;
  }
  throw new Error('the provider leads in circles');
}

/** The answer of the token endpoint as the fault has it; what it gives out is written down. */
function spoilToken(response: ServerResponse, local: LocalProvider, keys: ProviderKeys): void {
  const end = response.end.bind(response) as (body?: unknown) => ServerResponse;
  response.end = ((body?: unknown) => {
    if (body === undefined || response.statusCode !== 200) return end(body);
    const answer = JSON.parse(String(body)) as Record<string, string>;
    const { fault } = local;
    const claims = JSON.parse(Buffer.from(answer.id_token?.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
    const made = fault !== null && 'idToken' in fault ? fault.idToken(claims, keys) : Promise.resolve(answer.id_token ?? '');
    void made.then((idToken) => {
      local.tokens.push(idToken, answer.access_token ?? '');
      const text = JSON.stringify({ ...answer, id_token: idToken });
      response.setHeader('content-length', Buffer.byteLength(text));
      end(text);
    });
    return response;
  }) as typeof response.end;
}

function answerAsGithub(path: string, request: IncomingMessage, response: ServerResponse, { github, issuer, tokens }: LocalProvider): void {
  const send = (value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (path === '/github/authorize') {
    const asked = new URL(request.url ?? '/', issuer).searchParams;
    const back = new URL(asked.get('redirect_uri') ?? issuer);
    const iss = github.iss ?? `${issuer}/github/login/oauth`;
    back.search = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '', iss }).toString();
    response.writeHead(302, { location: back.href }).end();
  } else if (path === '/github/token') {
    request.resume();
    tokens.push('gho_a_token_of_github');
    send(github.token ?? { access_token: 'gho_a_token_of_github', token_type: 'bearer', scope: 'read:user,user:email' });
  } else send(path === '/github/emails' ? github.emails : github.user);
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

/** An ID token with other claims, signed as it should be. */
export const signedWith = (change: Readonly<Record<string, unknown>>): ProviderFault => ({
  idToken: (claims, { own, header }) => new SignJWT({ ...claims, ...change }).setProtectedHeader(header).sign(own),
});

export const signedByAnother: ProviderFault = {
  idToken: (claims, { foreign, header }) => new SignJWT(claims).setProtectedHeader(header).sign(foreign),
};

export const signedByNobody: ProviderFault = { idToken: async (claims) => new UnsecuredJWT(claims).encode() };
