import type { z } from 'zod';
import { userActor } from '../../actor';
import { Answer } from '../../answer';
import type { AuditService } from '../../audit/audit.service';
import type { EndableSession } from '../../proofs/proofs';
import type { Requester } from '../../requester';
import type { SessionsEvent } from '../sessions.events';
import type { logoutInput } from '../sessions.inputs';
import { type EndedSessions, type Ending, endingOf } from './session.ending';

/** @throws {Failure} UNAUTHENTICATED for more than the session itself, where a spent token alone was shown; UNAVAILABLE */
export type LogOut = (session: EndableSession, input: z.output<typeof logoutInput>, requester: Requester) => Promise<Answer<EndedSessions>>;

export const createLogOut =
  (dependencies: Ending & { readonly audit: AuditService<SessionsEvent> }): LogOut =>
  async (session, { scope }, requester) => {
    const { row, user } = session;
    const end = endingOf(scope, session, dependencies);
    const ended = await dependencies.audit.change(async (queries, note) => {
      const { endedSessions } = await end(queries);
      const detail = `${scope.toLowerCase()}: ${endedSessions} sessions ended`;
      note({ event: 'logout', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester), detail });
      return { endedSessions };
    });
    const forgetsBrowser = scope !== 'OTHERS' && requester.keptRefreshToken !== null;
    return new Answer(ended, forgetsBrowser ? { cookies: 'clear all' } : {});
  };
