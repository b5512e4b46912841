import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { endedSessionsSchema, sessionSchema, signedInSchema } from './session.schema';
import { idempotencyKey, logoutInput, refreshInput, revokeSessionInput } from './sessions.inputs';
import type { SessionsService } from './sessions.service';

const operation = operationOf<SessionsService>();

export const sessionsOperations = [
  operation({
    name: 'refresh',
    kind: 'mutation',
    summary: 'Spends a refresh token for a new pair of tokens of the same session. With the header `Idempotency-Key` it may be sent again.',
    tag: 'Sessions',
    access: 'public',
    input: refreshInput,
    inputIs: 'optional',
    output: signedInSchema,
    failures: ['INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED', 'FORBIDDEN', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/refresh' }],
    headers: {
      'Idempotency-Key': {
        description: 'Made anew for each token, and kept: sent again with it, gives the same successor.',
        schema: idempotencyKey,
      },
    },
    example: { refresh_token: 'ghr_…' },
    run: (sessions, { input, requester }) => sessions.refresh(input, requester),
  }),
  operation({
    name: 'logout',
    kind: 'mutation',
    summary: "Ends the caller's session, its others, or all of them.",
    tag: 'Sessions',
    access: 'session or cookie',
    input: logoutInput,
    inputIs: 'optional',
    output: endedSessionsSchema,
    failures: [],
    rest: [{ method: 'POST', path: '/logout' }],
    example: { scope: 'current' },
    run: (sessions, { proof, input, requester }) => sessions.logout(proof, input, requester),
  }),
  operation({
    name: 'sessions',
    kind: 'query',
    summary: "The caller's live sessions, newest first.",
    tag: 'Sessions',
    access: 'session',
    output: z.array(sessionSchema),
    failures: [],
    rest: [{ method: 'GET', path: '/sessions', operationId: 'listSessions' }],
    restAnswer: { under: 'sessions' },
    run: (sessions, { proof, loaders }) => sessions.list(proof, loaders.sessions),
  }),
  operation({
    name: 'revokeSession',
    kind: 'mutation',
    summary: 'Ends one session of the caller.',
    tag: 'Sessions',
    access: 'session',
    input: revokeSessionInput,
    inputIs: 'arguments',
    output: endedSessionsSchema,
    failures: ['NOT_FOUND'],
    repeatable: true, // ending several devices at once guesses nothing
    rest: [{ method: 'DELETE', path: '/sessions/{id}' }],
    run: (sessions, { proof, input, requester }) => sessions.revoke(proof, input.id, requester),
  }),
];
