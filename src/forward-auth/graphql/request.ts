import { TextDecoder } from 'node:util';
import { Failure } from '../../errors';
import type { OperationLimits } from '../../graphql/graphql.settings';
import { createUpstreamRules, type Requirements } from '../../policy/operation-rules';
import { readBodyParameters, readOperation, readUriParameters } from '../../policy/parameters';
import type { UpstreamPolicy } from '../../policy/policy';

/** A request to an upstream service, as a proxy has told it. */
export interface UpstreamRequest {
  readonly method: string;
  /** As it was sent: `/graphql`, and not what that may stand for. */
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where the proxy passed none. */
  readonly body: Buffer;
}

export interface UpstreamGate {
  /** What the request needs. What cannot be decided is refused. @throws {Failure} a code of 400, FORBIDDEN, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE */
  readonly requirementsOf: (request: UpstreamRequest) => Requirements;
}

interface Settings {
  readonly operationLimits: OperationLimits;
  readonly readsOriginalBody: boolean;
}

export function createUpstreamGate(policies: ReadonlyMap<string, UpstreamPolicy>, settings: Settings): UpstreamGate {
  const endpoints = new Map(
    [...policies].map(([path, policy]) => [path, { policy, rules: createUpstreamRules(policy, settings.operationLimits) }]),
  );
  return {
    requirementsOf: (request) => {
      const endpoint = endpoints.get(request.path);
      if (endpoint === undefined) throw new Failure('FORBIDDEN'); // whatever it is, no policy speaks of it
      requirePlain(request);
      const { document, operationName } = readOperation(readParameters(request, settings, endpoint.policy), endpoint.policy);
      const requirements = endpoint.rules.requirementsOf(document, operationName);
      if (request.method !== 'POST' && requirements.operation === 'mutation') throw new Failure('METHOD_NOT_ALLOWED', { allow: ['POST'] });
      return requirements;
    },
  };
}

/**
 * What a service might act upon that is not in the request that we see: what is sent through a socket later, another
 * method, the rest of a body that was cut off.
 */
function requirePlain({ headers }: UpstreamRequest): void {
  const isPlain = Object.keys(headers).every(
    (name) => !/^(upgrade|sec-websocket-.*|x-http-method(-override)?|x-method-override)$/.test(name),
  );
  const isWhole = headers['x-envoy-auth-partial-body'] === undefined || headers['x-envoy-auth-partial-body'] === 'false';
  if (!isPlain || !isWhole) throw new Failure('BAD_REQUEST');
}

function readParameters(request: UpstreamRequest, { readsOriginalBody }: Settings, { ignoredParameters }: UpstreamPolicy) {
  const body = readsOriginalBody ? eitherBody(request) : request.body;
  const inUri = readUriParameters(request.search);
  if (request.method === 'POST') {
    // Some services put the two together, and no rule says which of them wins.
    if (body.length === 0 || !Object.keys(inUri).every((name) => ignoredParameters.has(name))) throw new Failure('BAD_REQUEST');
    requireJson(request);
    return readBodyParameters(decoded(body));
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Failure('METHOD_NOT_ALLOWED', { allow: ['GET', 'HEAD', 'POST'] });
  if (body.length > 0) throw new Failure('BAD_REQUEST');
  return inUri;
}

/** The body, or the one in `X-Original-Body`: base64, because a header cannot hold every character of JSON. */
function eitherBody({ headers, body }: UpstreamRequest): Buffer {
  const header = headers['x-original-body'];
  if (header === undefined || header === '') return body;
  const bytes = Buffer.from(String(header), 'base64');
  if (body.length > 0 || bytes.toString('base64') !== header) throw new Failure('BAD_REQUEST');
  return bytes;
}

function requireJson({ headers }: UpstreamRequest): void {
  const isJson = /^application\/json *(; *charset *= *"?utf-?8"? *)?$/i.test(String(headers['content-type'] ?? ''));
  if (!isJson || !['', 'identity'].includes(String(headers['content-encoding'] ?? ''))) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw new Failure('BAD_REQUEST', {}, { cause: error });
  }
}
