import { requireOperation } from '../../graphql/limits/operation.request';
import { toUserAgent } from '../../requester';
import { membersOf } from '../plan/json-members';
import { lineOf, type Plan } from '../plan/plan';
import type { Planner } from '../plan/planner';
import type { RoutedRequest } from '../router';
import { type AskedDocument, isObject } from './asked';
import type { DocumentStore } from './store';

/** What an operation is asked with. */
export interface Asked {
  readonly operationName: string | null;
  /** As JSON by their names, each as it was written. */
  readonly variables: ReadonlyMap<string, string>;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Planned {
  readonly plan: Plan;
  readonly document: AskedDocument;
  /** JSON, and the text that it was read from. */
  readonly written: { readonly text: string; readonly value: unknown };
  readonly request: Pick<RoutedRequest, 'headers' | 'note'>;
}

/** @throws {Failure} BAD_REQUEST, DOCUMENT_NOT_TRUSTED, INPUT_TOO_LARGE, INPUT_TOO_DEEP */
export type Settle = (planned: Planned) => Asked;

/** What has to hold of every operation of the service, once it is known how it is answered: what it says beside, trust, and variables. */
export const createSettle =
  (documents: DocumentStore, planner: Pick<Planner, 'admitVariables'>): Settle =>
  ({ plan, document, written: { text, value }, request }) => {
    requireOperation({ ...(isObject(value) && value), query: document.text });
    request.note(lineOf(plan));
    documents.requireTrusted(document, { operationName: plan.name, client: clientName(request.headers) });
    const asked = variablesOf(text, value, document.operationName);
    planner.admitVariables(asked.values);
    documents.remember(document);
    return asked;
  };

/** As Apollo's clients say it; at most 64 characters, for a log line. */
function clientName(headers: RoutedRequest['headers']): string | null {
  const name = headers['apollographql-client-name'] ?? headers['graphql-client-name'];
  return typeof name === 'string' ? toUserAgent(name.slice(0, 64)) : null;
}

function variablesOf(text: string, body: unknown, operationName: string | null): Asked {
  const values = isObject(body) && isObject(body.variables) ? body.variables : {};
  const written = Object.keys(values).length === 0 ? undefined : membersOf(text).get('variables');
  return { operationName, values, variables: written === undefined ? new Map() : membersOf(written) };
}
