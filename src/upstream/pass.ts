import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type Access, requireAccess } from '../access/access';
import type { UpstreamSettings } from '../policy/upstream.grammar';
import { readBearer } from '../sessions/session.check';
import type { AskedPart, AskForAll, Exchange } from './answer/exchange';
import { isTelling, maskBody, passedBack, requireUsable } from './answer/upstream.body';
import type { AnswerCache } from './cache/answer-cache';
import type { Asked } from './documents/settle';
import type { UpstreamAnswer } from './hop/hop';
import { acceptFor } from './identity/passed-headers';
import { lineOf, type Plan } from './plan/plan';
import type { RoutedAnswer, RoutedRequest } from './router';
import { type GuardSettings, guardStream } from './streams/guarded.stream';

/** @throws {Failure} what requireAccess throws, and the UPSTREAM_… codes */
export type Pass = (plan: Plan, asked: Asked, request: RoutedRequest) => Promise<RoutedAnswer>;

export interface PassParts {
  readonly upstream: UpstreamSettings;
  readonly exchange: Exchange;
  readonly askForAll: AskForAll;
  readonly cache: AnswerCache;
  /** Null: no subscriptions. */
  readonly guard: GuardSettings | null;
  /** Told of an answer that passes and tells of the service's inside: one in a thousand is looked at. */
  readonly onTelling: () => void;
}

/** An operation of the service alone: its status and its bytes. */
export function createPass({ upstream, exchange, askForAll, cache, guard, onTelling }: PassParts): Pass {
  const samples = { passed: 0 };

  const askAlone = async (asked: AskedPart, request: RoutedRequest): Promise<UpstreamAnswer> => {
    const { plan, part } = asked;
    const session = await requireAccess(part.needed, request.context.verdict, request.context.freshness);
    const answer = await exchange.ask(asked, session, request, false);
    requireUsable(answer, plan.mayStream);
    return answer;
  };

  /** All of it is for everybody: nobody is asked who he is, and nobody is named. */
  const askCached = async (asked: AskedPart, request: RoutedRequest): Promise<UpstreamAnswer> => {
    const { plan, operationName } = asked;
    const known = { accept: acceptFor(request.headers.accept, false), language: languageOf(request) };
    const given = asked.part.variables.filter((name) => asked.variables.has(name)).sort();
    const key = [known, operationName, given.map((name) => [name, asked.variables.get(name)])];
    const { answer, isCached } = await cache.answer(plan, key, async () => {
      const told = await askForAll(asked, request, known);
      requireUsable(told, false);
      return told;
    });
    if (isCached) request.note({ ...lineOf(plan), kind: 'cached' });
    return answer;
  };

  return async (plan, asked, request) => {
    const [part] = plan.parts;
    if (part === undefined) throw new Error('a plan has a part');
    const answer = await (cache.mayCache(plan)
      ? askCached({ plan, part, ...asked }, request)
      : askAlone({ plan, part, ...asked }, request));
    const { status, headers, body } = answer;
    const passed = { status, headers: passedBack(upstream, headers) };
    if (!Buffer.isBuffer(body))
      return { ...passed, headers: { ...passed.headers, ...streamHeaders }, body: await ownedStream(part.needed, body, request, guard) };
    if (upstream.errors === 'mask') return { ...passed, body: maskBody(body) };
    samples.passed += 1;
    if (samples.passed % 1_000 === 1 && isTelling(body)) onTelling();
    return { ...passed, body };
  };
}

/** A long one would make a key of its own for each who thinks of one. */
function languageOf({ headers }: RoutedRequest): string | null {
  const language = headers['accept-language'];
  return language === undefined || language.length > 256 ? null : language;
}

/** Proxies between must pass each message on as it comes. */
const streamHeaders = { 'x-accel-buffering': 'no' };

/** It belongs to the session that the operation was granted to. */
async function ownedStream(
  needed: readonly Access[],
  body: IncomingMessage,
  request: RoutedRequest,
  guard: GuardSettings | null,
): Promise<Readable> {
  request.onGone(() => body.destroy());
  const verdict = await request.context.verdict();
  if (!verdict.accepted || guard === null) return body;
  if (verdict.claims === undefined) throw new Error('a stream belongs to an access token');
  const { headers, origin } = request;
  const token = readBearer(headers.authorization ?? '') ?? '';
  return guardStream(body, { token, claims: verdict.claims, needed, requestId: origin.requestId }, guard);
}
