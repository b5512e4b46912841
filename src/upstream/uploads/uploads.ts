import type { Readable } from 'node:stream';
import { requireAccess } from '../../access/access';
import { Failure } from '../../errors';
import type { UpstreamSettings } from '../../policy/upstream.grammar';
import { bodyOf, type Exchange } from '../answer/exchange';
import { maskBody, passedBack, requireUsable } from '../answer/upstream.body';
import { askedDocument, isObject } from '../documents/asked';
import type { Settle } from '../documents/settle';
import type { DocumentStore } from '../documents/store';
import type { Part, Plan } from '../plan/plan';
import type { Planner } from '../plan/planner';
import type { RoutedAnswer, RoutedRequest } from '../router';
import { readFileMap } from './file-map';
import { badForm, openForm, textOf } from './form';
import { writtenForm } from './form-writer';

/** Of the part `map`. */
const maxMapBytes = 100 * 1024;

interface Dependencies {
  readonly upstream: UpstreamSettings;
  readonly documents: DocumentStore;
  readonly planner: Planner;
  readonly settle: Settle;
  readonly exchange: Exchange;
}

/**
 * An operation of the service that comes with files (GraphQL multipart request specification). It is read, and granted, before a byte of a
 * file is passed on; the form that the service gets is made anew.
 */
export function createUploads({ upstream, documents, planner, settle, exchange }: Dependencies) {
  const { uploads, maxBodyBytes } = upstream;

  const readOperation = (text: string, request: RoutedRequest) => {
    const value = parse(text);
    const document = askedDocument(value, documents);
    if (document.text === null)
      throw document.ids.length > 0 && documents.takesIds
        ? new Failure('PERSISTED_QUERY_NOT_FOUND')
        : badForm('must have a query in operations');
    const plan = planner.planOf(document.text, document.operationName);
    const part = requirePart(plan);
    return { plan, part, ...settle({ plan, document, written: { text, value }, request }) };
  };

  return async (payload: Readable, request: RoutedRequest): Promise<RoutedAnswer> => {
    if (uploads === undefined) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
    const form = await openForm(payload, request.headers['content-type'] ?? '', uploads);
    try {
      const asked = readOperation(await textOf(form, 'operations', maxBodyBytes), request);
      const files = readFileMap(await textOf(form, 'map', maxMapBytes), asked.values, asked.part.variables, uploads.maxFiles);
      const needed = uploads.anonymous ? asked.part.needed : [...asked.part.needed, 'authenticated' as const];
      const session = await requireAccess(needed, request.context.verdict, request.context.freshness);
      const answer = await exchange.ask({ ...asked, form: await writtenForm(bodyOf(asked), files, form) }, session, request, true);
      requireUsable(answer, false);
      const { status, headers, body } = answer;
      if (!Buffer.isBuffer(body)) throw new Failure('UPSTREAM_FAILED');
      return { status, headers: passedBack(upstream, headers), body: upstream.errors === 'mask' ? maskBody(body) : body };
    } finally {
      form.letGo();
    }
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // the parser's message quotes what came
  }
  throw badForm('must have in operations one JSON object: no list of them');
}

function requirePart({ kind, operation, parts }: Plan): Part {
  const [part] = parts;
  if (kind !== 'upstream' || operation === 'subscription' || part === undefined)
    throw badForm('must be a query or a mutation of the service alone, where files come with it');
  return part;
}
