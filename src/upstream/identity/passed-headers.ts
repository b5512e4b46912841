import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { Failure } from '../../errors';
import type { UpstreamSettings } from '../../policy/upstream.grammar';

/** What the connection and the trusted proxies tell of the client. */
export interface Origin {
  readonly requestId: string;
  readonly address: string | null;
  readonly scheme: string;
  readonly host: string;
}

/** Beside `accept`, which is answered for. Tracing is W3C's (Trace Context §3, Baggage §3). */
const always = ['accept-language', 'user-agent', 'traceparent', 'tracestate', 'baggage'];

/** The headers of a request that go on, and no others: a list of what may pass, so that nothing new ever passes by itself. */
export function createPassedHeaders({ forward }: Pick<UpstreamSettings, 'forward'>) {
  const names = [...new Set([...always, ...forward])];
  return (headers: IncomingHttpHeaders, { requestId, address, scheme, host }: Origin): Record<string, string> => {
    const passed: Record<string, string> = { 'x-request-id': requestId, 'x-forwarded-proto': scheme, 'x-forwarded-host': host };
    if (address !== null) passed['x-forwarded-for'] = address;
    for (const name of names) {
      const value = headers[name];
      if (typeof value === 'string') passed[name] = value; // a list is set-cookie's alone
    }
    return passed;
  };
}

const json = 'application/json';
const whole = [json, 'application/graphql-response+json'];
const answerable = { whole: new Set(whole), streamed: new Set([...whole, 'multipart/mixed', 'text/event-stream']) };

const known = new LRUCache<string, string>({ max: 100 });

/**
 * The types of `Accept` that a GraphQL service may answer with, as they were written; JSON for who takes anything. `mayStream`: those that
 * come in parts as well. @throws {Failure} NOT_ACCEPTABLE
 */
export function acceptFor(accept: string | undefined, mayStream: boolean): string {
  if (accept === undefined || accept === '') return json;
  const kind = mayStream ? 'streamed' : 'whole';
  const found = known.get(`${kind} ${accept}`);
  if (found !== undefined) return found;
  const entries = accept.split(',').map((entry) => entry.trim());
  const typeOf = (entry: string): string => (entry.split(';', 1)[0] ?? '').trim().toLowerCase();
  const kept = entries.filter((entry) => answerable[kind].has(typeOf(entry)));
  const takesAny = entries.some((entry) => typeOf(entry) === '*/*' || typeOf(entry) === 'application/*');
  if (kept.length === 0 && !takesAny) throw new Failure('NOT_ACCEPTABLE');
  const passed = kept.length > 0 ? kept.join(', ') : json;
  if (accept.length <= 256) known.set(`${kind} ${accept}`, passed);
  return passed;
}
