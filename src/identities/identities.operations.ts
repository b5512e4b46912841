import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { graphqlNames } from '../operations/schemas';
import { signedInSchema } from '../sessions/session.schema';
import { userAnswerSchema } from '../users/user.schema';
import type { CompleteProviderLogin } from './complete-provider-login';
import { completeProviderLoginInput, startProviderLoginInput, unlinkIdentityInput } from './identities.inputs';
import { identitySchema } from './identity.schema';
import type { OwnIdentities } from './own-identities';
import type { StartProviderLogin } from './start-provider-login';

/** Logging in through other providers, and what of theirs opens an account. */
export interface IdentitiesService extends OwnIdentities {
  readonly start: StartProviderLogin;
  readonly complete: CompleteProviderLogin;
}

const operation = operationOf<IdentitiesService>();
const tag = 'Other providers';

const providerLogin = z
  .object({
    url: z.string().meta({ description: 'Where the browser is sent.', examples: ['https://accounts.google.com/o/oauth2/v2/auth?…'] }),
    flow: z
      .string()
      .meta({ description: 'Kept by whoever began, until the browser is back: for ten minutes, and once.', examples: ['gatehouse_pf_…'] }),
  })
  .meta({ id: 'ProviderLogin' })
  .register(graphqlNames, { name: 'ProviderLoginPayload' });

const comingBack = ['FEATURE_DISABLED', 'INVALID_CODE', 'PROVIDER_FAILED', 'RATE_LIMITED'] as const;
const example = { flow: 'gatehouse_pf_…', response: '?code=…&state=…' };

export const identitiesOperations = [
  operation({
    name: 'startProviderLogin',
    kind: 'mutation',
    summary: 'Where to send the browser, to log in through another provider; in a session, to link one.',
    tag,
    access: 'optional',
    input: startProviderLoginInput,
    output: providerLogin,
    failures: ['FEATURE_DISABLED', 'PROVIDER_FAILED', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/login/provider', at: 'v1' }],
    example: { provider: 'google', redirect_uri: 'https://app.example.com/callback' },
    run: (identities, { proof, input, requester }) => identities.start(input, proof, requester),
  }),
  operation({
    name: 'completeProviderLogin',
    kind: 'mutation',
    summary: 'Logs in whoever comes back from another provider.',
    tag,
    access: 'public',
    input: completeProviderLoginInput,
    output: signedInSchema,
    failures: [
      ...comingBack,
      'INVALID_CREDENTIALS',
      'FORBIDDEN',
      'SECOND_FACTOR_REQUIRED',
      'SECOND_FACTOR_SETUP_REQUIRED',
      'DELETION_SCHEDULED',
      'EMAIL_NOT_VERIFIED',
      'USERNAME_REQUIRED',
      'USERNAME_TAKEN',
      'EMAIL_TAKEN',
      'LINK_REQUIRED',
      'IDENTITY_TAKEN',
    ],
    rest: [{ method: 'PUT', path: '/login/provider', at: 'v1' }],
    example: { ...example, username: 'user123' },
    run: (identities, { input, requester }) => identities.complete(input, requester),
  }),
  operation({
    name: 'identities',
    kind: 'query',
    summary: "The accounts at other providers that open the caller's.",
    tag,
    access: 'session',
    output: z.array(identitySchema),
    failures: [],
    rest: [{ method: 'GET', path: '/identities', at: 'v1', operationId: 'listIdentities' }],
    restAnswer: { under: 'identities' },
    run: (identities, { proof }) => identities.list(proof.user.id),
  }),
  operation({
    name: 'linkIdentity',
    kind: 'mutation',
    summary: 'From now on that account at another provider opens this one. The flow was begun in a session of the same account.',
    tag,
    access: 'fresh',
    input: completeProviderLoginInput,
    output: userAnswerSchema,
    failures: [...comingBack, 'EMAIL_NOT_VERIFIED', 'IDENTITY_TAKEN'],
    rest: [{ method: 'POST', path: '/identities', at: 'v1' }],
    example,
    run: (identities, { proof, input, requester }) => identities.link(proof, input, requester),
  }),
  operation({
    name: 'unlinkIdentity',
    kind: 'mutation',
    summary: 'That account at another provider opens this one no more.',
    tag,
    access: 'fresh',
    input: unlinkIdentityInput,
    inputIs: 'arguments',
    output: userAnswerSchema,
    failures: ['NOT_FOUND', 'LAST_LOGIN_METHOD'],
    rest: [{ method: 'DELETE', path: '/identities/{id}', at: 'v1' }],
    run: (identities, { proof, input, requester }) => identities.unlink(proof, input.id, requester),
  }),
];
