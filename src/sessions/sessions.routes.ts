import { z } from 'zod';
import { requireSession, requireSessionOrCookie } from '../context';
import { inputObject } from '../input';
import { endedSessionsAnswer, sessionsAnswer, signedInAnswer } from '../rest/answers';
import type { Route } from '../rest/route';
import { idempotencyKey, logoutScopes, refreshInput } from './sessions.inputs';
import type { SessionsService } from './sessions.service';

/** The scopes as REST spells them: `logoutInput` takes either. */
const logoutBody = inputObject({ scope: z.enum(logoutScopes.map((scope) => scope.toLowerCase())).optional() });

export const sessionsRoutes = (sessions: SessionsService): Route[] => [
  {
    method: 'POST',
    path: '/refresh',
    at: 'versioned',
    access: 'public',
    status: 200,
    operationId: 'refresh',
    summary: 'Spend a refresh token for a new pair of tokens of the same session',
    tag: 'Sessions',
    body: { schema: refreshInput, required: false, example: { refresh_token: 'ghr_…' } },
    headers: {
      'Idempotency-Key': {
        description: 'Made anew for each token, and kept: sent again with it, gives the same successor.',
        schema: idempotencyKey,
      },
    },
    answer: signedInAnswer,
    failures: ['BAD_USER_INPUT', 'INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED', 'FORBIDDEN', 'RATE_LIMITED', 'UNAVAILABLE'],
    run: ({ client }, { body }) => sessions.refresh(body, client),
  },
  {
    method: 'POST',
    path: '/logout',
    at: 'versioned',
    access: 'session',
    status: 200,
    operationId: 'logout',
    summary: "End the caller's session, its others, or all of them",
    tag: 'Sessions',
    body: { schema: logoutBody, required: false, example: { scope: 'current' } },
    answer: endedSessionsAnswer,
    failures: ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN', 'UNAVAILABLE'],
    run: async (context, { body }) => sessions.logout(await requireSessionOrCookie(context), body, context.client),
  },
  {
    method: 'GET',
    path: '/sessions',
    at: 'versioned',
    access: 'session',
    status: 200,
    operationId: 'listSessions',
    summary: "The caller's live sessions, newest first",
    tag: 'Sessions',
    answer: sessionsAnswer,
    failures: ['UNAUTHENTICATED', 'UNAVAILABLE'],
    run: async (context) => ({ sessions: await sessions.list(await requireSession(context), context.loaders.sessions) }),
  },
  {
    method: 'DELETE',
    path: '/sessions/{id}',
    at: 'versioned',
    access: 'session',
    status: 200,
    operationId: 'revokeSession',
    summary: 'End one session of the caller',
    tag: 'Sessions',
    answer: endedSessionsAnswer,
    failures: ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'NOT_FOUND', 'UNAVAILABLE'],
    run: async (context, { parameters }) => sessions.revoke(await requireSession(context), parameters.id, context.client),
  },
];
