import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { Failure } from '../../errors';
import type { UpstreamSettings } from '../../policy/upstream.grammar';
import type { UpstreamAnswer } from '../hop/hop';
import { membersOf } from '../plan/json-members';
import type { Part } from '../plan/plan';
import { failedPart, failedWith, type PartAnswer, withoutPlaces } from './part.answer';

const json = /^application\/([\w.+-]+\+)?json\b/i;
const inParts = /^(multipart\/mixed|text\/event-stream)\b/i;

/** What may be passed on: JSON as it is, or an answer in parts where one was asked for. Nothing is unpacked. @throws {Failure} UPSTREAM_FAILED */
export function requireUsable({ status, headers, body }: UpstreamAnswer, mayStream: boolean): void {
  const type = headers['content-type'] ?? '';
  const isPlain = ['', 'identity', 'none'].includes((headers['content-encoding'] ?? '').toLowerCase());
  const isKnown = Buffer.isBuffer(body) ? json.test(type) : mayStream && inParts.test(type);
  const isFinal = status >= 200 && (status < 300 || status >= 400);
  if (isKnown && isPlain && isFinal) return;
  if (!Buffer.isBuffer(body)) body.destroy();
  throw new Failure('UPSTREAM_FAILED', {}, { cause: new Error(`status ${status}, or a type that is no JSON`) });
}

/** The headers of an answer that come back, and no others. */
export function passedBack({ answerHeaders }: Pick<UpstreamSettings, 'answerHeaders'>, headers: IncomingHttpHeaders) {
  const passed: Record<string, string | string[]> = { 'content-type': headers['content-type'] ?? 'application/json' };
  for (const name of ['retry-after', 'server-timing', ...answerHeaders]) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

interface Body {
  readonly members: ReadonlyMap<string, string>;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Null: no answer as GraphQL has it. */
function readBody(text: string): Body | null {
  try {
    const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: unknown };
    const isData = data === undefined || data === null || (typeof data === 'object' && !Array.isArray(data));
    if (!isData || !Array.isArray(errors) || !errors.every(isError) || (data === undefined && errors.length === 0)) return null;
    return { members: membersOf(text), errors };
  } catch {
    return null;
  }
}

const isError = (value: unknown): value is GraphQLFormattedError =>
  typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string';

/** What the service answered to one part of an operation. `otherKeys`: names in its answer beside those of the part's own fields. */
export function toPartAnswer(
  part: Part,
  { status, body }: UpstreamAnswer,
  mask: boolean,
  requestId: string,
  otherKeys: Iterable<string> = [],
): PartAnswer {
  if (status === 401 || status === 403) return failedPart(part, new Failure('UPSTREAM_REFUSED'), requestId, { status });
  const read = Buffer.isBuffer(body) ? readBody(body.toString('utf8')) : null;
  if (read === null) return failedPart(part, new Failure('UPSTREAM_FAILED'), requestId);
  const errors = mask ? read.errors.map(masked) : read.errors;
  const data = read.members.get('data');
  if (data === undefined) return failedWith(part, errors, status >= 400 ? status : 400);
  const extensions = read.members.get('extensions');
  return {
    data: data === 'null' ? null : ownMembers(part, otherKeys, membersOf(data)),
    errors: withoutPlaces(errors),
    ...(extensions?.startsWith('{') && { extensions: membersOf(extensions) }),
    status: status >= 400 ? status : 500,
  };
}

/** Of a field that is another part's nobody but that part answers. */
function ownMembers({ fields }: Part, others: Iterable<string>, members: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const asked = new Set([...fields.map(({ key }) => key), ...others]);
  return new Map([...members].filter(([key]) => asked.has(key)));
}

/** Whether it is an answer of GraphQL with data, and without an error. */
export function isWholeAnswer(body: Buffer): boolean {
  const read = readBody(body.toString('utf8'));
  return read !== null && read.errors.length === 0 && read.members.get('data')?.startsWith('{') === true;
}

/** The whole answer with its errors masked; every other byte stays. @throws {Failure} UPSTREAM_FAILED for what is no answer of GraphQL */
export function maskBody(body: Buffer): string {
  const read = readBody(body.toString('utf8'));
  if (read === null) throw new Failure('UPSTREAM_FAILED');
  const members = [...read.members].map(([name, value]) => {
    const text = name === 'errors' ? JSON.stringify(read.errors.map(masked)) : value;
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join(',')}}`;
}

/** Members of `extensions` in which servers tell of their inside. */
const telling = ['exception', 'stacktrace', 'response', 'originalError', 'debug'];

const masked = (error: GraphQLFormattedError): GraphQLFormattedError => {
  const { code } = error.extensions ?? {};
  const isHidden = typeof code !== 'string' || code === 'INTERNAL_SERVER_ERROR';
  const extensions = Object.fromEntries(Object.entries(error.extensions ?? {}).filter(([name]) => !telling.includes(name)));
  return { ...error, ...(isHidden && { message: 'Internal server error.' }), ...(error.extensions && { extensions }) };
};

/** Whether it tells of the service's inside. */
export const isTelling = (body: Buffer): boolean =>
  (readBody(body.toString('utf8'))?.errors ?? []).some(({ extensions = {} }) => telling.some((name) => Object.hasOwn(extensions, name)));
