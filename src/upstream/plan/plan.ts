import { OperationTypeNode } from 'graphql';
import type { Access } from '../../access/access';

/** Who answers a field at the root: our own operations, the service behind, or the schema that both are in. */
export type Owner = 'own' | 'upstream' | 'schema';

/** What one of them is asked. */
export interface Part {
  readonly owner: Owner;
  /** In our own words, but for an operation that goes to the service as a whole: that is the client's text. */
  readonly text: string;
  /** `text` as a JSON string: it is written into a body each time. */
  readonly json: string;
  /** Those that it declares. */
  readonly variables: readonly string[];
  /** Each must be granted. Empty for our own fields, which ask themselves. */
  readonly needed: readonly Access[];
  readonly fields: readonly PartField[];
}

export interface PartField {
  /** Its name in the answer. */
  readonly key: string;
  /** `Query.products`. */
  readonly name: string;
  /** Whether the schema lets it be null. */
  readonly isNullable: boolean;
}

/** How an operation is answered. `own`: as if there were nothing behind. `upstream`: by the service alone. */
export interface Plan {
  readonly kind: 'own' | 'upstream' | 'mixed';
  readonly operation: OperationTypeNode;
  /** Its name in the document, for the log; null for none. */
  readonly name: string | null;
  /** None where everything is ours. */
  readonly parts: readonly Part[];
  /** All that is ours of a mixed one: it is judged as a whole before anything runs. Null: nothing is. */
  readonly own: Pick<Part, 'text' | 'variables'> | null;
  /** Whether its answer may come in parts: a subscription's, and what a query defers. */
  readonly mayStream: boolean;
  /** Names in the answer, in the order of the document. */
  readonly keys: readonly string[];
}

export const ownPlan: Plan = {
  kind: 'own',
  operation: OperationTypeNode.QUERY,
  name: null,
  parts: [],
  own: null,
  mayStream: false,
  keys: [],
};

/** What the parts need together. */
export const neededFor = ({ parts }: Plan): Access[] => [...new Set(parts.flatMap(({ needed }) => needed))];

/** For a log line: a name of GraphQL has no other characters; how many it has is the client's choice. */
export const lineOf = ({ kind, name }: Plan) => ({ kind, ...(name !== null && { operationName: name.slice(0, 64) }) });
