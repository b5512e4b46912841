import type * as Client from 'openid-client';
import { systemClock } from '../clock';
import type { AskProvider } from './asked';
import { type BoundedFetch, providerTimeoutMs } from './bounded-fetch';
import type { Authorization, Provider } from './provider';
import { toProviderUser } from './provider-user';
import { isSafeAddress, type OpenIdSettings } from './providers-file';

interface Dependencies {
  readonly client: typeof Client;
  readonly ask: AskProvider;
  readonly fetch: BoundedFetch;
  readonly secret: string | undefined;
}

/** How long what a provider says of itself is believed. Its keys are asked for again when one is missing. */
const discoveredForMs = 3_600_000;
/** How far a provider's clock may be ahead. */
const maxAheadSeconds = 60;

/**
 * A provider of OpenID Connect by its issuer: discovery, code with PKCE, `state`, `nonce`, `iss` (RFC 9207). The library is told to check what it
 * leaves out by default: the signature of an ID token from the token endpoint. `iat` in the future is refused here, and so is an empty `sub`.
 */
export function createOpenIdProvider(settings: OpenIdSettings, dependencies: Dependencies): Provider {
  const { id, name, registers, scopes, responseMode } = settings;
  const { client, ask } = dependencies;
  const discovered = createDiscovery(settings, dependencies);

  return {
    id,
    name,
    registers,
    examine: () => ask(async () => void (await discovered())),
    authorizationUrl: ({ redirectUri, state, nonce, pkceVerifier }) =>
      ask(async () => {
        const url = client.buildAuthorizationUrl(await discovered(), {
          redirect_uri: redirectUri,
          scope: scopes.join(' '),
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(pkceVerifier),
          code_challenge_method: 'S256',
          ...(responseMode === 'form_post' && { response_mode: responseMode }),
        });
        return url.href;
      }),
    identify: (authorization, response) =>
      ask(async () => {
        const config = await discovered();
        const tokens = await client.authorizationCodeGrant(config, pageWith(authorization, response), {
          expectedState: authorization.state,
          expectedNonce: authorization.nonce,
          pkceCodeVerifier: authorization.pkceVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw Object.assign(new TypeError('no claims'), { code: 'NO_CLAIMS' });
        // By the system's clock, also in test mode: it is the provider's that it is compared with.
        if (claims.iat > systemClock.now() / 1000 + maxAheadSeconds)
          throw Object.assign(new TypeError('iat is in the future'), { code: 'IAT_IN_THE_FUTURE' });
        const told = await withAddress(config, tokens.access_token, claims);
        return toProviderUser({
          provider: id,
          issuer: claims.iss, // of a provider with many, such as Microsoft's, it is the tenant's
          subject: claims.sub,
          email: told.email,
          isVouched: settings.vouchesForEmail && told.email_verified === true,
          hasShownTwoFactors: settings.trustSecondFactor && Array.isArray(claims.amr) && claims.amr.includes('mfa'),
          username: told.preferred_username,
          name: told.name,
          locale: told.locale,
        });
      }),
  };

  /** An address and whether it was proved come from one place. Many providers have them at the user info endpoint alone (Core §5.4). */
  async function withAddress(config: Client.Configuration, accessToken: string, claims: Client.IDToken): Promise<Claims> {
    if (claims.email !== undefined || config.serverMetadata().userinfo_endpoint === undefined) return claims;
    const user = await client.fetchUserInfo(config, accessToken, claims.sub);
    return { ...claims, email_verified: undefined, ...user };
  }
}

type Claims = Readonly<Record<string, unknown>>;

/** The page that the browser came back to, as the library wants to see it. */
export function pageWith({ redirectUri }: Authorization, response: URLSearchParams): URL {
  const page = new URL(redirectUri);
  page.search = response.toString();
  return page;
}

/** One question for all that wait for it; believed for an hour. */
function createDiscovery(
  { issuer, clientId }: OpenIdSettings,
  { client, fetch, secret }: Dependencies,
): () => Promise<Client.Configuration> {
  let known: { readonly config: Promise<Client.Configuration>; readonly until: number } | undefined;

  const discover = async (): Promise<Client.Configuration> => {
    const isPlain = new URL(issuer).protocol === 'http:'; // this machine, outside production: see faultsOf
    const config = await client.discovery(new URL(issuer), clientId, secret, authenticationOf(client, secret), {
      timeout: providerTimeoutMs / 1000,
      [client.customFetch]: fetch as Client.CustomFetch,
      execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
    });
    const { authorization_endpoint: page = '' } = config.serverMetadata();
    if (!isSafeAddress(page, !isPlain)) throw Object.assign(new TypeError('no page to log in on'), { code: 'NO_AUTHORIZATION_ENDPOINT' });
    return config;
  };

  return () => {
    if (known === undefined || known.until <= performance.now()) {
      const config = discover();
      known = { config, until: performance.now() + discoveredForMs };
      config.catch(() => {
        known = undefined; // the next one asks again
      });
    }
    return known.config;
  };
}

/** In the form where the provider says that it takes that, and else by Basic, the default (Core §9). */
function authenticationOf(client: typeof Client, secret: string | undefined): Client.ClientAuth {
  if (secret === undefined) return client.None();
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (as, ...rest) => (as.token_endpoint_auth_methods_supported?.includes('client_secret_post') ? post : basic)(as, ...rest);
}
