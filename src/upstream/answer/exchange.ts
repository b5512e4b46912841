import type { AuthenticatedSession } from '../../proofs/proofs';
import type { Hop, UpstreamAnswer } from '../hop/hop';
import type { Identity } from '../identity/identity';
import { acceptFor, type createPassedHeaders } from '../identity/passed-headers';
import { lineOf, type Part, type Plan } from '../plan/plan';
import type { RoutedRequest } from '../router';
import type { WrittenForm } from '../uploads/form-writer';

/** One part of an operation, asked of the service behind. */
export interface Exchange {
  /** `inOne`: the answer may not come in parts. @throws {Failure} the UPSTREAM_… codes, NOT_ACCEPTABLE, UNAVAILABLE */
  readonly ask: (asked: AskedPart, session: AuthenticatedSession | null, request: RoutedRequest, inOne: boolean) => Promise<UpstreamAnswer>;
}

/** One part, asked for everybody: by nobody, for whoever asks. */
export type AskForAll = (asked: AskedPart, request: Pick<RoutedRequest, 'origin' | 'note'>, known: AllKnow) => Promise<UpstreamAnswer>;

/** All that the service is told beside the operation. */
export interface AllKnow {
  readonly accept: string;
  /** Null: none, or a long one. */
  readonly language: string | null;
}

export interface AskedPart {
  readonly plan: Plan;
  readonly part: Part;
  readonly operationName: string | null;
  /** Of the request, as JSON by their names. */
  readonly variables: ReadonlyMap<string, string>;
  /** In the place of JSON. */
  readonly form?: WrittenForm;
}

interface Dependencies {
  readonly hop: Hop;
  readonly identity: Identity;
  readonly passed: ReturnType<typeof createPassedHeaders>;
}

export const createExchange = ({ hop, identity, passed }: Dependencies): Exchange => ({
  ask: async (asked, session, request, inOne) => {
    const headers = {
      ...passed(request.headers, request.origin),
      accept: inOne ? 'application/json' : acceptFor(request.headers.accept, asked.plan.mayStream),
      'content-type': asked.form?.contentType ?? 'application/json',
      ...(await identity.headersFor(session, request.headers.authorization)),
    };
    const body = asked.form?.write ?? bodyOf(asked);
    const begun = performance.now();
    const answer = await hop.ask({
      operation: asked.plan.operation,
      body,
      headers,
      isStream: asked.plan.operation === 'subscription',
      onGone: request.onGone,
    });
    const milliseconds = Math.round((performance.now() - begun) * 10) / 10;
    request.note({ ...lineOf(asked.plan), upstreamStatus: answer.status, upstreamMilliseconds: milliseconds });
    return answer;
  },
});

/** Nothing of who asks goes on, so that what is kept of the answer is nobody's; nor is it cancelled when he goes away, for others may wait. */
export const createAskForAll =
  ({ hop, identity }: Pick<Dependencies, 'hop' | 'identity'>): AskForAll =>
  async (asked, { origin, note }, { accept, language }) => {
    const headers = {
      ...{ accept, 'content-type': 'application/json', 'x-request-id': origin.requestId },
      ...(language !== null && { 'accept-language': language }),
      ...(await identity.headersFor(null, undefined)),
    };
    const answer = await hop.ask({
      operation: asked.plan.operation,
      body: bodyOf(asked),
      headers,
      isStream: false,
      onGone: () => undefined,
    });
    note({ ...lineOf(asked.plan), upstreamStatus: answer.status });
    return answer;
  };

/** A mutation that has run, or may have, is told before its answer is. */
export const tellingChanges = ({ ask }: Exchange, changed: (part: Part) => Promise<void>): Exchange => ({
  ask: async (asked, ...rest) => {
    try {
      return await ask(asked, ...rest);
    } finally {
      if (asked.plan.operation === 'mutation') await changed(asked.part);
    }
  },
});

/** In our own words: what was decided about, and the variables that it declares, each as it was written. */
export function bodyOf({ part, operationName, variables }: AskedPart): string {
  const given = part.variables.filter((name) => variables.has(name)).map((name) => `${JSON.stringify(name)}:${variables.get(name)}`);
  const name = operationName === null ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${part.json}${name}${given.length === 0 ? '' : `,"variables":{${given.join(',')}}`}}`;
}
