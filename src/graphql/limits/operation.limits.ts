import { type DocumentNode, type GraphQLSchema, Kind, parse, type ValueNode, visit } from 'graphql';
import { LRUCache } from 'lru-cache';

import { Failure, type FailureCode } from '../../errors';
import type { OperationLimits } from '../graphql.settings';
import { type Weight, weighDocument } from './operation.cost';

/** Where every operation is judged before Apollo sees it. */
export interface Admission {
  /**
   * Judges the document and the variables. What is not GraphQL at all passes: Apollo says what is wrong with it.
   * @throws {Failure} one of the OPERATION_… codes, INPUT_TOO_LARGE, MUTATION_REPEATED, GRAPHQL_VALIDATION_FAILED for a fragment that contains itself
   */
  readonly admit: (query: string, variables: unknown) => void;
}

/** The answer of introspection is bounded by the schema, and the standard query has 15 levels and some 230 fields. */
const maxIntrospectionDepth = 20;
const maxIntrospectionFields = 500;

/** Documents that were admitted, by their text: this many UTF-16 units of them. */
const rememberedUnits = 2_000_000;

/**
 * The limits stand before validation, not among its rules: some of those take time that grows with the square of what a
 * document unfolds to. An unknown document is parsed twice for it, here and by Apollo; a known one in neither place. `mutations`:
 * how often one may stand in a document, where that is not the matter of whoever runs it.
 */
export function createAdmission(schema: GraphQLSchema, limits: OperationLimits, mutations: 'once' | 'free' = 'once'): Admission {
  const admitted = new LRUCache<string, true>({ maxSize: rememberedUnits, sizeCalculation: (_true, query) => query.length + 64 });
  return {
    admit: (query, variables) => {
      checkInput(variables, limits);
      if (admitted.get(query)) return;
      checkLines(query, limits.maxTokens);
      const document = parseWithin(query, limits.maxTokens);
      if (document === null) return;
      checkLiterals(document, limits);
      const { operations, fragments } = weighDocument(schema, document);
      for (const weight of [...operations, ...fragments]) {
        checkWeight(weight, limits);
        if (mutations === 'once') checkRepeated(weight);
      }
      for (const { rootFields } of operations)
        if (rootFields > limits.maxRootFields)
          throw refusal('TOO_MANY_ROOT_FIELDS', `must have at most ${limits.maxRootFields} fields at the root`);
      admitted.set(query, true);
    },
  };
}

/**
 * As many lines as tokens, and comments or block strings in no more. graphql-js counts the lines before each fault that it
 * lists: 50 faults behind 45,000 empty lines took 200 ms of CPU (bench/attack/graphql.mjs).
 */
function checkLines(query: string, most: number): void {
  let lines = 1;
  for (let at = 0; at < query.length && lines <= most; at += 1) {
    const unit = query.charCodeAt(at);
    if (unit === 0x0a || unit === 0x0d) lines += 1;
  }
  if (lines > most) throw refusal('OPERATION_TOO_LONG', `must have at most ${most} lines`);
}

/** Null: not a GraphQL document. @throws {Failure} OPERATION_TOO_LONG */
function parseWithin(query: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('OPERATION_TOO_DEEP', {}, { cause: error }); // past the parser's own stack
    if (isTooManyTokens(error)) throw refusal('OPERATION_TOO_LONG', `must have at most ${maxTokens} tokens`);
    return null;
  }
}

/** graphql-js tells it in the message alone. */
const isTooManyTokens = (error: unknown): boolean =>
  error instanceof Error && /^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message);

function checkWeight(weight: Readonly<Weight>, limits: OperationLimits): void {
  const rules: readonly (readonly [FailureCode, number, number, string])[] = [
    ['OPERATION_TOO_DEEP', weight.depth, limits.maxDepth, 'levels of fields'],
    ['OPERATION_TOO_DEEP', weight.introspectionDepth, maxIntrospectionDepth, 'levels of introspection'],
    ['TOO_MANY_ALIASES', weight.aliases, limits.maxAliases, 'aliases'],
    ['TOO_MANY_DIRECTIVES', weight.directives, limits.maxDirectives, 'directives'],
    ['TOO_MANY_FIELDS', weight.fields, limits.maxFields, 'fields'],
    ['TOO_MANY_FIELDS', weight.introspectionFields, maxIntrospectionFields, 'fields of introspection'],
    ['OPERATION_TOO_COSTLY', weight.cost, limits.maxCost, 'as its cost'],
  ];
  for (const [code, amount, most, what] of rules) if (amount > most) throw refusal(code, `must have at most ${most} ${what}`);
}

function checkRepeated({ repeated }: Readonly<Weight>): void {
  if (repeated !== null) throw refusal('MUTATION_REPEATED', `must have ${repeated} at most once`); // a name of the schema
}

const refusal = (code: FailureCode, rule: string, path = 'query'): Failure => new Failure(code, { issues: [{ path, message: rule }] });

/** Lists and input objects written into the document. */
function checkLiterals(document: DocumentNode, limits: OperationLimits): void {
  let depth = 0;
  const enter = ({ length }: readonly (ValueNode | object)[]) => {
    depth += 1;
    checkEntries(length, depth, limits, 'query');
  };
  const leave = () => {
    depth -= 1;
  };
  visit(document, {
    [Kind.LIST]: { enter: ({ values }) => enter(values), leave },
    [Kind.OBJECT]: { enter: ({ fields }) => enter(fields), leave },
  });
}

/** The same for the variables. Their own names count as the entries of one object. */
function checkInput(value: unknown, limits: OperationLimits, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  const entries = Array.isArray(value) ? value : Object.values(value);
  checkEntries(entries.length, depth, limits, 'variables');
  for (const entry of entries) checkInput(entry, limits, depth + 1);
}

function checkEntries(entries: number, depth: number, { maxInputDepth, maxListEntries }: OperationLimits, path: string): void {
  if (entries > maxListEntries)
    throw refusal('INPUT_TOO_LARGE', `a list or an object in it must have at most ${maxListEntries} entries`, path);
  if (depth > maxInputDepth) throw refusal('INPUT_TOO_DEEP', `lists and objects in it must nest at most ${maxInputDepth} deep`, path);
}
