import { type DocumentNode, type GraphQLSchema, isInterfaceType, isObjectType, type OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Access, requireAccess } from '../../access/access';
import { Failure } from '../../errors';
import { createFieldTable } from '../../policy/field-rules';
import type { UpstreamPolicy } from '../../policy/policy';
import type { Verdict } from '../../proofs/proofs';
import { filterSchema } from './granted.schema';
import { createIntrospection, type Introspection } from './introspection';

/** The schema as a caller is shown it. */
export type ShownTo = (verdict: () => Promise<Verdict>) => Promise<Introspection>;

interface Sources {
  readonly document: DocumentNode;
  readonly schema: GraphQLSchema;
  /** Null: this path has none of our operations. */
  readonly own: GraphQLSchema | null;
  readonly policy: UpstreamPolicy;
}

/** Sets of rules that are met, each with the schema that is left by them. */
const maxKept = 50;

const everyOperation = ['query', 'mutation', 'subscription'] as OperationTypeNode[];

/** Without the fields that the caller may not have: one schema for each set of distinct rules that are met. */
export function showGranted({ document, schema, own, policy }: Sources): ShownTo {
  const rules = rulesOfFields(schema, own, policy);
  const distinct = [...new Set([...rules.values()].flatMap((each) => each ?? []))];
  const kept = new LRUCache<string, Introspection>({ max: maxKept });
  return async (verdict) => {
    const met = await Promise.all(distinct.map((rule) => requireAccess([rule], verdict, always).then(() => true, refusedAs)));
    const key = met.map((isMet) => (isMet ? '1' : '0')).join('');
    const known = kept.get(key);
    if (known) return known;
    const granted = new Set(distinct.filter((_, index) => met[index]));
    const isShown = (type: string, field: string): boolean => {
      const needed = rules.get(`${type}.${field}`);
      return needed === undefined || needed?.every((rule) => granted.has(rule)) === true;
    };
    const made = createIntrospection(filterSchema(document, isShown));
    kept.set(key, made);
    return made;
  };
}

/** How old a proof is changes while somebody looks: what needs a fresh one is shown. */
const always = { requireWithin: (): void => undefined };

const refusedAs = (error: unknown): false => {
  if (error instanceof Failure && error.code !== 'UNAVAILABLE') return false;
  throw error;
};

/** By `Type.field`. Null: nobody may have it. What is not in it has no rule. */
function rulesOfFields(schema: GraphQLSchema, own: GraphQLSchema | null, policy: UpstreamPolicy): Map<string, readonly Access[] | null> {
  const table = createFieldTable(policy);
  const rules = new Map<string, readonly Access[] | null>();
  for (const type of Object.values(schema.getTypeMap()))
    if ((isObjectType(type) || isInterfaceType(type)) && policy.schema?.getType(type.name))
      for (const field of Object.keys(type.getFields())) {
        const name = `${type.name}.${field}`;
        try {
          rules.set(name, table.find(type, field).rules);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          rules.set(name, null);
        }
      }
  for (const operation of everyOperation) {
    const root = own?.getRootType(operation);
    for (const [field, { extensions }] of Object.entries(root?.getFields() ?? {})) {
      const { access } = extensions as { readonly access?: Access | 'session or cookie' };
      rules.set(
        `${root?.name}.${field}`,
        access === undefined || access === 'public' ? ['public'] : [isRule(access) ? access : 'authenticated'],
      );
    }
  }
  return rules;
}

/** What needs a session in some other way needs one. */
const isRule = (access: Access | string): access is Access => typeof access !== 'string' || access === 'authenticated';
