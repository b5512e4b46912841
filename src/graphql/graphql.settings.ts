import { onOff, wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

export const graphqlSettings = section('GraphQL', {
  explorer: setting('AUTH_EXPLORER', onOff, {
    default: { development: 'on', production: 'off' },
    words:
      "Apollo Sandbox at `GET /graphql`, which comes from Apollo's servers, and at `/explorer` one that needs no internet; both open with a document for the first flows, and send the token of the last login by themselves. The page of the REST door at `/docs` too. `/`, in development, leads to them",
  }),
  introspection: setting('AUTH_INTROSPECTION', onOff, {
    default: { development: 'on', production: 'off' },
    words: 'GraphQL introspection, and suggestions in error messages',
  }),
  federation: setting('AUTH_FEDERATION', onOff, {
    default: 'off',
    words:
      '`on`: the schema is a subgraph of Apollo Federation 2, and a router can join users into its graph: see [federation](federation.md)',
  }),
});

/** The least and the most that each limit of a GraphQL operation may be set to. */
export const operationLimitRanges = {
  maxTokens: [100, 10_000],
  maxDepth: [1, 100],
  maxFields: [1, 2_000],
  maxRootFields: [1, 1_000],
  maxCost: [1, 1_000_000],
  maxAliases: [0, 1_000],
  maxDirectives: [0, 1_000],
  maxListEntries: [10, 10_000],
  maxInputDepth: [1, 100],
} as const satisfies Record<keyof OperationLimits, readonly [number, number]>;

const most = (name: keyof typeof operationLimitRanges, fallback: number, words: string, code: string) => {
  const [least, greatest] = operationLimitRanges[name];
  return setting(`AUTH_GRAPHQL_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`, wholeNumber(least, greatest), {
    default: String(fallback),
    words,
    columns: [`\`${code}\``],
  });
};

/** How large one GraphQL operation may be. `operation.weight.ts` says how each is counted. */
export const operationLimitsSettings = section(
  'How large a GraphQL operation may be',
  {
    maxTokens: most(
      'maxTokens',
      1_000,
      'names, values and punctuation of the document, and its lines; 100 to 10,000',
      'OPERATION_TOO_LONG',
    ),
    maxDepth: most('maxDepth', 10, 'levels of fields', 'OPERATION_TOO_DEEP'),
    maxFields: most('maxFields', 250, 'fields', 'TOO_MANY_FIELDS'),
    maxRootFields: most('maxRootFields', 10, 'fields of the outermost level', 'TOO_MANY_ROOT_FIELDS'),
    maxCost: most(
      'maxCost',
      1_000,
      'fields, those inside a list ten times, inside a list in a list a hundred times',
      'OPERATION_TOO_COSTLY',
    ),
    maxAliases: most('maxAliases', 15, 'aliases', 'TOO_MANY_ALIASES'),
    maxDirectives: most('maxDirectives', 20, 'directives, known or not', 'TOO_MANY_DIRECTIVES'),
    maxListEntries: most(
      'maxListEntries',
      100,
      'entries of any one list or object of the input, in the document or in the variables',
      'INPUT_TOO_LARGE',
    ),
    maxInputDepth: most('maxInputDepth', 5, 'lists and objects of the input inside one another', 'INPUT_TOO_DEEP'),
  },
  { under: 'operationLimits', columns: ['code'] },
);

/** How large one GraphQL operation may be. */
export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxRootFields: number;
  readonly maxCost: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  /** Of a list or an object of the input. */
  readonly maxListEntries: number;
  readonly maxInputDepth: number;
}

export type GraphQLSettings = ValuesOf<typeof graphqlSettings> & { readonly operationLimits: OperationLimits };
