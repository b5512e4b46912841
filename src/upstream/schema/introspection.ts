import { execute, type GraphQLError, type GraphQLFormattedError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { formatError } from '../../graphql/format-error';

/** Answers `__schema` and `__type` of one schema, out of memory where it has been asked so before. */
export interface Introspection {
  readonly answer: (text: string, variables: Readonly<Record<string, unknown>>) => IntrospectionAnswer;
}

export interface IntrospectionAnswer {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Standard queries of tools are a few texts without variables, and their answers large. */
const maxRemembered = 20;

/** `schema` null: there is nothing to describe. */
export function createIntrospection(schema: GraphQLSchema | null): Introspection {
  const known = new LRUCache<string, IntrospectionAnswer>({ max: maxRemembered });
  const run = (text: string, variables: Readonly<Record<string, unknown>>): IntrospectionAnswer => {
    if (schema === null) return { data: null, errors: [off] };
    const document = parse(text, { noLocation: true });
    const faults = validate(schema, document, undefined, { maxErrors: 10 });
    if (faults.length > 0) return { data: null, errors: faults.map(refused) };
    const result = execute({ schema, document, variableValues: variables });
    if (result instanceof Promise) throw new Error('introspection needs no waiting');
    return { data: (result.data as IntrospectionAnswer['data']) ?? null, errors: (result.errors ?? []).map(unfit) };
  };
  return {
    answer: (text, variables) => {
      if (Object.keys(variables).length > 0) return run(text, variables);
      const found = known.get(text) ?? run(text, variables);
      known.set(text, found);
      return found;
    },
  };
}

/** In the same words as our own operations have, which quote no value. */
const refused = (error: GraphQLError): GraphQLFormattedError =>
  formatError(
    { message: error.message, ...(error.path && { path: error.path }), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    error,
  );

/** Of variables graphql-js tells the value. */
const unfit = ({ path }: GraphQLError): GraphQLFormattedError => ({
  message: 'The variables do not fit the document.',
  ...(path && { path }),
  extensions: { code: 'BAD_USER_INPUT' },
});

const off: GraphQLFormattedError = { message: 'Introspection is switched off.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
