import { type DocumentNode, type GraphQLSchema, Kind, parse, GraphQLSchema as Schema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Failure } from '../../errors';
import type { OperationLimits } from '../../graphql/graphql.settings';
import { createAdmission } from '../../graphql/limits/operation.limits';
import { type ChosenOperation, chooseOperation, parseDocument } from '../../policy/operation-rules';
import type { UpstreamPolicy } from '../../policy/policy';
import { createCutter } from './parts';
import { ownPlan, type Plan } from './plan';
import { hasDelay, rootNames } from './root-fields';
import { introspectionFields, refuseUnknown, rootsOf } from './roots';

export interface Planner {
  /**
   * How an operation is answered. What cannot be understood, or asks for nothing of the service behind, is ours to answer.
   * @throws {Failure} BAD_REQUEST, FORBIDDEN for a field that no rule names, GRAPHQL_VALIDATION_FAILED, and the codes of the limits
   */
  readonly planOf: (document: string, operationName: string | null) => Plan;
  /** Judges variables. @throws {Failure} INPUT_TOO_LARGE, INPUT_TOO_DEEP */
  readonly admitVariables: (variables: unknown) => void;
  /** How many documents were not known. */
  readonly misses: () => number;
}

export interface PlannerSettings {
  readonly policy: UpstreamPolicy;
  /** As our own operations are served on this path; null where they are not. */
  readonly own: GraphQLSchema | null;
  /** Whether introspection is answered. */
  readonly introspection: boolean;
  /** Of our own operations; the policy's are in their place for the service's. */
  readonly limits: OperationLimits;
}

/** Documents whose plans are known, by their text: this many UTF-16 units, with what the plans say. */
const rememberedUnits = 2_000_000;

export function createPlanner({ policy, own, introspection, limits }: PlannerSettings): Planner {
  const upstreamLimits = { ...limits, ...policy.limits };
  const admission = createAdmission(policy.schema ?? new Schema({}), upstreamLimits, 'free');
  const roots = rootsOf({ own, upstream: policy.schema, introspection });
  const cutter = createCutter(policy, roots);
  const known = new LRUCache<string, Plan>({ maxSize: rememberedUnits, sizeCalculation: sizeOf });
  const maxTokens = Math.max(limits.maxTokens, upstreamLimits.maxTokens);
  let misses = 0;

  /** Null: it is ours to say what is wrong with it, because nothing could be asked of the service behind. */
  const plan = (document: string, operationName: string | null): Plan | null => {
    if (own === null) admission.admit(document, {}); // before it is parsed without a bound
    const read = own === null ? readStrictly(document, operationName) : readIfPossible(document, operationName, maxTokens);
    if (read === null) return null;
    const { chosen, isOnly } = read;
    const { operation, name } = chosen.operation;
    const names = [...rootNames(chosen)];
    const owners = new Map(names.filter((field) => field !== '__typename').map((field) => [field, roots.ownerOf(operation, field)]));
    const asked = new Set(owners.values());
    const unknown = [...owners].filter(([, owner]) => owner === null).map(([field]) => field);
    const isForward = asked.has('upstream') || asked.has('schema') || own === null;
    if (!isForward) return unknown.length > 0 ? null : ownPlan;
    if (unknown.length > 0) refuseUnknown(unknown);
    if (!introspection && names.some((field) => introspectionFields.has(field) && operation === 'query')) refuseIntrospection();
    admission.admit(document, {});
    const described = { operation, name: name?.value ?? null, mayStream: operation === 'subscription' || hasDelay(chosen) };
    const isWhole = [...asked].every((owner) => owner === 'upstream');
    return isWhole
      ? { ...described, kind: 'upstream', ...cutter.whole(document, isOnly, chosen) }
      : { ...described, kind: 'mixed', ...cutter.mixed(chosen) };
  };

  return {
    planOf: (document, operationName) => {
      const key = operationName === null ? document : `${JSON.stringify(operationName)} ${document}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      misses += 1;
      const made = plan(document, operationName);
      if (made !== null) known.set(key, made); // what is not to be understood is not remembered
      return made ?? ownPlan;
    },
    admitVariables: (variables) => admission.admit('', variables),
    misses: () => misses,
  };
}

const sizeOf = ({ parts, own }: Plan, key: string): number =>
  parts.reduce((sum, { text, json }) => sum + text.length + json.length, key.length + (own?.text.length ?? 0) + 256);

interface Read {
  readonly chosen: ChosenOperation;
  /** Whether the document has no other operation. */
  readonly isOnly: boolean;
}

const toRead = (document: DocumentNode, operationName: string | null): Read => ({
  chosen: chooseOperation(document, operationName),
  isOnly: document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1,
});

const readStrictly = (document: string, operationName: string | null): Read => toRead(parseDocument(document), operationName);

function readIfPossible(document: string, operationName: string | null, maxTokens: number): Read | null {
  try {
    return toRead(parse(document, { noLocation: true, maxTokens }), operationName);
  } catch {
    return null;
  }
}

function refuseIntrospection(): never {
  throw new Failure('GRAPHQL_VALIDATION_FAILED', { issues: [{ path: 'query', message: 'asks for introspection, which is switched off' }] });
}
