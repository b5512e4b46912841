import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedSession } from '../sessions/session.check';

/** An answer as it was sent, but for its request id and date. */
export interface KeptAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The place of the request id among them. */
  readonly idAt: number;
  readonly body: string;
}

/** Answers by the session that they were made of, as an object: they are forgotten with it. */
export interface KeptAnswers {
  readonly find: (session: AuthenticatedSession, request: IncomingMessage) => KeptAnswer | undefined;
  /** Where it is one that may be given again, and there is room. `reply` has been sent, with `body`. */
  readonly keep: (session: AuthenticatedSession, request: IncomingMessage, reply: FastifyReply, body: unknown) => void;
}

const maxBodyLength = 1_024;
/** Of one session, some 1 kB each. Who asks for more gets them the long way. */
const maxKept = 4;

export function createKeptAnswers(): KeptAnswers {
  const kept = new WeakMap<AuthenticatedSession, Map<string, KeptAnswer>>();
  return {
    find: (session, request) => kept.get(session)?.get(keyOf(request)),
    keep: (session, request, reply, body) => {
      const answers = kept.get(session) ?? new Map<string, KeptAnswer>();
      const answer = toKept(reply, body);
      if (answer !== null && answers.size < maxKept) kept.set(session, answers.set(keyOf(request), answer));
    },
  };
}

/** All of a request, beside its session, that such an answer depends on. */
export const keyOf = ({ url = '', headers: { origin } }: IncomingMessage): string => (origin === undefined ? url : `${origin} ${url}`);

function toKept(reply: FastifyReply, body: unknown): KeptAnswer | null {
  if (reply.statusCode !== 200 || typeof body !== 'string' || body.length > maxBodyLength) return null;
  const sent = Object.entries(reply.getHeaders());
  if (sent.some(([name, value]) => Array.isArray(value) || name === 'set-cookie' || name === 'connection')) return null;
  const headers = sent.flatMap(([name, value]) => [name, String(value)]);
  return { headers, idAt: headers.indexOf('x-request-id') + 1, body };
}
