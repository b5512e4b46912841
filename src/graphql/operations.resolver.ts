import { Arg, Ctx, Extensions, Mutation, Query, Resolver } from 'type-graphql';
import type { z } from 'zod';
import type { RequestContext } from '../context';
import type { Effects } from '../effects';
import type { Execute } from '../operations/execute';
import type { AnyOperation, BoundOperation } from '../operations/operation';
import { gathered, type PagedDocument } from '../operations/paged-document';
import { typeOf } from './types';

type ResolverClass = new (operations: readonly BoundOperation[], execute: Execute) => object;
type Resolve = (this: Bound, context: OperationsContext, ...given: unknown[]) => Promise<unknown>;

/** What the operations of a document are told, and what takes their effects. */
export interface OperationsContext extends RequestContext {
  readonly collect: (effects: Effects) => void;
}

interface Bound {
  readonly byName: ReadonlyMap<string, BoundOperation>;
  readonly execute: Execute;
}

/**
 * The root fields of GraphQL: one for each record, with its input, its output, its access and its words. Made once a process, because
 * type-graphql keeps what its decorators are told; each gateway has an instance of its own.
 */
export function resolverOf(operations: readonly AnyOperation[]): ResolverClass {
  const known = made.get(operations) ?? makeResolver(operations);
  made.set(operations, known);
  return known;
}

const made = new WeakMap<readonly AnyOperation[], ResolverClass>();

function makeResolver(operations: readonly AnyOperation[]): ResolverClass {
  class OperationsResolver implements Bound {
    readonly byName: ReadonlyMap<string, BoundOperation>;
    constructor(
      bound: readonly BoundOperation[],
      readonly execute: Execute,
    ) {
      this.byName = new Map(bound.map((operation) => [operation.name, operation]));
    }
  }
  const { prototype } = OperationsResolver;
  for (const operation of operations) addField(prototype, operation);
  Resolver()(OperationsResolver);
  return OperationsResolver;
}

function addField(prototype: object, operation: AnyOperation): void {
  const { name, kind, summary, access, output, input, inputIs, repeatable, restAnswer } = operation;
  const names = input !== undefined && inputIs === 'arguments' ? Object.keys((input as z.ZodObject).shape) : null;
  const resolve: Resolve = async function (context, ...given) {
    const bound = this.byName.get(name);
    if (bound === undefined) throw new Error(`no service runs ${name}`);
    const value = names === null ? given[0] : Object.fromEntries(names.map((each, place) => [each, given[place]]));
    const { value: result, effects } = await this.execute(bound, context, value);
    context.collect(effects);
    return restAnswer && 'attachment' in restAnswer ? gathered(result as PagedDocument) : result;
  };
  Object.defineProperty(prototype, name, { value: resolve });
  const { type, nullable } = typeOf(output, 'output');
  Ctx()(prototype, name, 0);
  if (names !== null && input !== undefined)
    for (const [place, each] of names.entries()) {
      const { type: argument, ...rest } = typeOf((input as z.ZodObject).shape[each] as z.ZodType, 'input');
      Arg(each, argument, { nullable: rest.nullable, defaultValue: rest.defaultValue })(prototype, name, place + 1);
    }
  else if (input !== undefined) {
    const { type: argument } = typeOf(input, 'input');
    Arg('input', argument, { nullable: inputIs === 'optional' })(prototype, name, 1);
  }
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  Extensions({ access: accessOf[access], ...(repeatable && { repeatable }) })(prototype, name, descriptor);
  (kind === 'query' ? Query : Mutation)(type, { description: summary, nullable })(prototype, name, descriptor);
}

/** The words of a policy file. */
const accessOf: Readonly<Record<string, string>> = {
  public: 'public',
  optional: 'public',
  shown: 'public',
  session: 'authenticated',
  fresh: 'authenticated',
  'fresh or challenge': 'authenticated',
  'session or cookie': 'session or cookie',
};
