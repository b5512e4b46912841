import { z } from 'zod';
import { isLoopback, parseUrl } from '../settings/rules';

/** Without a user, a query or a fragment, and over TLS but for this machine (see {@link faultsOf}). */
const address = z
  .string()
  .max(512)
  .refine((value) => {
    const url = parseUrl(value);
    return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  }, 'must be a URL without a user, a query or a fragment');

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable of the environment');
const scopes = z
  .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be a scope (RFC 6749 §3.3)'))
  .min(1)
  .max(32);
const member = z.string().min(1).max(64);

const common = {
  /** In paths and inputs. An identity keeps it, so that it is not renamed. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be small letters, digits and hyphens, at most 32'),
  /** As a button shows it. */
  name: z.string().trim().min(1).max(64),
  clientId: z.string().min(1).max(512),
  /** Left out: a public client, which has PKCE alone. */
  clientSecret: z.strictObject({ env: variable }).optional(),
  /** Whether its word that an address was proved counts here. */
  vouchesForEmail: z.boolean().default(false),
  /** Whether somebody new may come through it. */
  registers: z.boolean().default(true),
};

/** OpenID Connect, by discovery. */
const openid = z.strictObject({
  kind: z.literal('openid').default('openid'),
  ...common,
  issuer: address,
  scopes: scopes.default(['openid', 'email', 'profile']),
  /** Whether `amr` with `mfa` counts as both factors. */
  trustSecondFactor: z.boolean().default(false),
  /** `form_post`: the answer comes as a form, as Apple wants it for names and addresses. */
  responseMode: z.enum(['query', 'form_post']).default('query'),
});

export const githubIssuer = 'https://github.com';

const github = z.strictObject({
  kind: z.literal('github'),
  ...common,
  scopes: scopes.default(['read:user', 'user:email']),
  /** Of GitHub Enterprise. Addresses are made of it. */
  issuer: address.refine((value) => !value.endsWith('/'), 'must not end with a /').default(githubIssuer),
  endpoints: z.strictObject({ authorization: address, token: address, user: address, emails: address }).partial().default({}),
});

/** OAuth 2 with an address that tells who the user is. */
const oauth = z.strictObject({
  kind: z.literal('oauth'),
  ...common,
  scopes: scopes.optional(),
  /** What its users are known by, beside their subject. Left out: the origin of `userEndpoint`. */
  issuer: address.optional(),
  /** As it names itself in its answers (`iss`, RFC 9207), where that is not `issuer`. */
  serverIssuer: address.optional(),
  authorizationEndpoint: address,
  tokenEndpoint: address,
  userEndpoint: address,
  tokenAuthentication: z.enum(['post', 'basic']).default('post'),
  /** Members of the answer of `userEndpoint`. */
  subject: member.default('id'),
  email: member.default('email'),
  /** Counts where it is `true`, and `vouchesForEmail` is. Left out: the address was never proved there. */
  emailVerified: member.optional(),
  username: member.optional(),
  displayName: member.optional(),
});

/** The file of AUTH_PROVIDERS. */
export const providersFile = z.array(z.preprocess(withKind, z.discriminatedUnion('kind', [openid, github, oauth]))).max(50);

export type ProviderSettings = z.output<typeof providersFile>[number];
export type OpenIdSettings = Extract<ProviderSettings, { kind: 'openid' }>;
export type GithubSettings = Extract<ProviderSettings, { kind: 'github' }>;
export type OauthSettings = Extract<ProviderSettings, { kind: 'oauth' }>;

/** Left out, it is a provider of OpenID Connect. */
function withKind(entry: unknown): unknown {
  return entry !== null && typeof entry === 'object' && !('kind' in entry) ? { ...entry, kind: 'openid' } : entry;
}

/** What is wrong between entries, or with the environment. `production`: this machine is no exception from TLS. */
export function faultsOf(list: readonly ProviderSettings[], production: boolean, read: (name: string) => string | undefined): string[] {
  const faults: string[] = [];
  for (const [position, provider] of list.entries()) {
    const at = `providers ${position}`;
    if (list.findIndex(({ id }) => id === provider.id) !== position) faults.push(`${at} id: comes twice`);
    if (provider.clientSecret !== undefined && !read(provider.clientSecret.env))
      faults.push(`${at} clientSecret: the environment has no ${provider.clientSecret.env}`);
    if (provider.kind === 'openid' && !provider.scopes.includes('openid')) faults.push(`${at} scopes: must include openid`);
    if (provider.kind === 'github' && provider.issuer === githubIssuer && Object.keys(provider.endpoints).length > 0)
      faults.push(`${at} issuer: is required, with endpoints that are not GitHub's own`);
    const other = list.findIndex((each) => issuerOf(each) === issuerOf(provider) && usersOf(each) !== usersOf(provider));
    if (other !== -1 && other < position) faults.push(`${at} issuer: is that of providers ${other}, whose users are others`);
    for (const [name, url] of addressesOf(provider))
      if (!isSafeAddress(url, production))
        faults.push(`${at} ${name}: must be https${production ? '' : ', but for this machine (localhost)'}`);
  }
  return faults;
}

/** What a provider's users are kept under, beside their subject. Of one with many, such as Microsoft's, it is what each ID token names. */
export const issuerOf = (provider: ProviderSettings): string =>
  provider.kind === 'oauth' ? (provider.issuer ?? new URL(provider.userEndpoint).origin) : provider.issuer;

/** Whose word it is who somebody is. Two that differ have each a user 1: under one issuer they would be one person. */
function usersOf(provider: ProviderSettings): string {
  if (provider.kind === 'oauth') return `${provider.userEndpoint} ${provider.subject}`;
  return provider.kind === 'github' ? `github ${provider.endpoints.user ?? ''}` : 'openid';
}

function addressesOf(provider: ProviderSettings): [string, string][] {
  const own = Object.entries(provider).filter(([name]) => /^issuer$|Issuer$|Endpoint$/.test(name)) as [string, string | undefined][];
  const further = provider.kind === 'github' ? Object.entries(provider.endpoints) : [];
  return [...own, ...further].filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Tokens and secrets travel over TLS; outside production a provider may run on this machine. */
export function isSafeAddress(value: string, production: boolean): boolean {
  const url = parseUrl(value);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && !production && isLoopback(url.hostname));
}
