import type * as Client from 'openid-client';
import type { AskProvider } from './asked';
import { type BoundedFetch, providerTimeoutMs } from './bounded-fetch';
import { pageWith } from './openid';
import type { Authorization, Provider, ProviderUser } from './provider';
import { toProviderUser } from './provider-user';
import { type GithubSettings, githubIssuer, issuerOf, type OauthSettings } from './providers-file';

interface Dependencies {
  readonly client: typeof Client;
  readonly ask: AskProvider;
  readonly fetch: BoundedFetch;
  readonly secret: string | undefined;
}

interface OauthEndpoints {
  /** As the provider names itself in an answer (RFC 9207); identities may be kept under another name. */
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly scope: string | undefined;
  readonly authentication: 'post' | 'basic';
}

/** GitHub, or a GitHub Enterprise. Somebody is the numeric id: a login can be renamed, and taken by another. The address is the primary one. */
export function createGithubProvider(settings: GithubSettings, dependencies: Dependencies): Provider {
  const { id, issuer, scopes, endpoints, vouchesForEmail } = settings;
  const isOwn = issuer === githubIssuer;
  const api = isOwn ? 'https://api.github.com' : `${issuer}/api/v3`;
  const user = endpoints.user ?? `${api}/user`;
  const emails = endpoints.emails ?? `${api}/user/emails`;
  const oauth = {
    issuer: `${issuer}/login/oauth`,
    authorization: endpoints.authorization ?? `${issuer}/login/oauth/authorize`,
    token: endpoints.token ?? `${issuer}/login/oauth/access_token`,
    scope: scopes.join(' '),
    authentication: 'post',
  } as const;
  return createOauthProvider(settings, oauth, dependencies, async (get) => {
    const told = objectOf(await get(user));
    const list = await get(emails);
    const primary = (Array.isArray(list) ? list : []).map(objectOf).find((each) => each.primary === true);
    return toProviderUser({
      provider: id,
      issuer,
      subject: told.id,
      email: primary?.email,
      isVouched: vouchesForEmail && primary?.verified === true,
      hasShownTwoFactors: false,
      username: told.login,
      name: told.name,
      locale: null,
    });
  });
}

/** Any other that has OAuth 2 and an address that tells who its user is. */
export function createPlainOauthProvider(settings: OauthSettings, dependencies: Dependencies): Provider {
  const { id, userEndpoint, vouchesForEmail, emailVerified } = settings;
  const issuer = issuerOf(settings);
  const oauth = {
    issuer: settings.serverIssuer ?? issuer,
    authorization: settings.authorizationEndpoint,
    token: settings.tokenEndpoint,
    scope: settings.scopes?.join(' '),
    authentication: settings.tokenAuthentication,
  };
  return createOauthProvider(settings, oauth, dependencies, async (get) => {
    const told = objectOf(await get(userEndpoint));
    return toProviderUser({
      provider: id,
      issuer,
      subject: told[settings.subject],
      email: told[settings.email],
      isVouched: vouchesForEmail && emailVerified !== undefined && told[emailVerified] === true,
      hasShownTwoFactors: false,
      username: settings.username === undefined ? null : told[settings.username],
      name: settings.displayName === undefined ? null : told[settings.displayName],
      locale: null,
    });
  });
}

type GetJson = (url: string) => Promise<unknown>;

function createOauthProvider(
  { id, name, registers, clientId }: GithubSettings | OauthSettings,
  { issuer, authorization, token, scope, authentication }: OauthEndpoints,
  { client, ask, fetch, secret }: Dependencies,
  read: (get: GetJson) => Promise<ProviderUser>,
): Provider {
  const server = { issuer, authorization_endpoint: authorization, token_endpoint: token };
  const proof =
    secret === undefined ? client.None() : authentication === 'basic' ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
  const config = new client.Configuration(server, clientId, secret, proof);
  config.timeout = providerTimeoutMs / 1000;
  config[client.customFetch] = fetch as Client.CustomFetch;
  if (new URL(token).protocol === 'http:') client.allowInsecureRequests(config); // this machine, outside production: see faultsOf

  /** Errors come with a status, or as an object without what was asked for: neither is a user. */
  const getJson = async (url: string, accessToken: string): Promise<unknown> => {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}`, 'user-agent': 'gatehouse' };
    const response = await fetch(url, { headers });
    if (response.status !== 200) throw Object.assign(new TypeError('no user'), { code: `STATUS_${response.status}` });
    return response.json();
  };

  return {
    id,
    name,
    registers,
    examine: async () => undefined, // it says nothing of itself
    authorizationUrl: ({ redirectUri, state, pkceVerifier }: Authorization) =>
      ask(async () => {
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          state,
          ...(scope !== undefined && { scope }),
          code_challenge: await client.calculatePKCECodeChallenge(pkceVerifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      }),
    identify: (asked, response) =>
      ask(async () => {
        const { access_token } = await client.authorizationCodeGrant(config, pageWith(asked, response), {
          expectedState: asked.state,
          pkceCodeVerifier: asked.pkceVerifier,
        });
        return read((url) => getJson(url, access_token));
      }),
  };
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
