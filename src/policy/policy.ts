import { dirname, resolve } from 'node:path';
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { Access } from '../access/access';
import type { OperationLimits } from '../graphql/graphql.settings';
import { readJson } from '../settings/json-file';
import { readManifest } from './policy.files';
import { type EndpointInput, policyFile } from './policy.grammar';
import { type ReadSchema, readSchema } from './schema.file';
import { foldHeaderName, type OwnSettings, type UpstreamSettings } from './upstream.grammar';

/** What one path of an upstream GraphQL service lets through. */
export interface UpstreamPolicy {
  /** By `Type.field` and `Type.*`. */
  readonly fields: ReadonlyMap<string, Access>;
  /** What the schema's own directives need, by `Type.field`: beside the rules of the file. */
  readonly directives: ReadonlyMap<string, readonly Access[]>;
  /** Null: only the fields at the root are known. */
  readonly schema: GraphQLSchema | null;
  /** Documents by the id that clients send in their place. */
  readonly trustedDocuments: ReadonlyMap<string, string>;
  /** Parameters that the upstream service does not look at. */
  readonly ignoredParameters: ReadonlySet<string>;
  /** In place of our own. */
  readonly limits: Partial<OperationLimits>;
  /** Set where the gateway serves the path itself; null where a proxy does, and asks. */
  readonly served: ServedPath | null;
}

/** How the gateway serves a path itself. */
export interface ServedPath {
  readonly upstream: UpstreamSettings;
  readonly own: OwnSettings;
  /** Undefined: as AUTH_INTROSPECTION has it. */
  readonly introspection: 'off' | 'all' | 'granted' | undefined;
  /** What a field that a caller may not have refuses of a query: all of it, or the field alone. */
  readonly refused: 'operation' | 'field';
  /** Seconds by the name of a field at the root. */
  readonly cache: Readonly<Record<string, number>>;
  /** Fields of `cache`, by the name of a mutation's field. */
  readonly invalidates: Readonly<Record<string, readonly string[]>>;
  readonly documents: { readonly file: string | undefined; readonly mode: 'off' | 'audit' | 'only'; readonly automatic: boolean };
  /** Values of `upstream.secretHeaders`, by the header's name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Everything that is wrong with a policy file, one fault a line. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly faults: readonly string[]) {
    super(['The file of AUTH_UPSTREAM_POLICY is wrong:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/** A variable of the environment: what a policy may name in the place of a secret. */
export type Variable = (name: string) => string | undefined;

export interface InspectedPolicy {
  readonly policies: ReadonlyMap<string, UpstreamPolicy>;
  readonly faults: readonly string[];
}

export const noPolicy: InspectedPolicy = { policies: new Map(), faults: [] };

const maxPolicyBytes = 1024 * 1024;

/** Reads the policy with everything that it names, paths relative to its own, and lists every fault. */
export function inspectPolicy(file: string, variable: Variable): InspectedPolicy {
  const faults: string[] = [];
  const parsed = readJson(file, maxPolicyBytes, policyFile, 'policy', faults);
  const policies = new Map<string, UpstreamPolicy>();
  for (const [path, input] of Object.entries(parsed?.endpoints ?? {})) {
    const at = `endpoints ${path}`;
    const within = (name: string): string => resolve(dirname(file), name);
    const fields = new Map(Object.entries(input.fields));
    const known =
      input.schema === undefined
        ? null
        : readSchema({ file: within(input.schema), at: `${at} schema`, hidden: input.hidden, policies: parsed?.policies ?? {} }, faults);
    if (input.schema === undefined || known !== null) faults.push(...unknownFields(fields, known).map((fault) => `${at} fields ${fault}`));
    faults.push(...[...faultsBetween(path, input), ...faultsOfKept(input, known)].map((fault) => `${at} ${fault}`));
    const manifest = input.documents?.file ?? input.trustedDocuments;
    policies.set(path, {
      fields,
      directives: known?.rules ?? new Map(),
      schema: known?.schema ?? null,
      trustedDocuments:
        manifest === undefined
          ? new Map()
          : readManifest(within(manifest), `${at} ${input.documents?.file === undefined ? 'trustedDocuments' : 'documents file'}`, faults),
      ignoredParameters: new Set(input.ignoredParameters),
      limits: Object.fromEntries(Object.entries(input.limits).filter(([, most]) => most !== undefined)),
      served: servedPath(input, manifest === undefined ? undefined : within(manifest), variable, at, faults),
    });
  }
  return { policies, faults };
}

/** @throws {PolicyError} with every fault */
export function readUpstreamPolicy(file: string, variable: Variable): ReadonlyMap<string, UpstreamPolicy> {
  const { policies, faults } = inspectPolicy(file, variable);
  if (faults.length > 0) throw new PolicyError(faults);
  return policies;
}

function servedPath(input: EndpointInput, file: string | undefined, variable: Variable, at: string, faults: string[]): ServedPath | null {
  const { upstream, own, introspection, refused, cache, invalidates, documents } = input;
  if (upstream === undefined) return null;
  const secrets: Record<string, string> = {};
  for (const [header, name] of Object.entries(upstream.secretHeaders)) {
    const value = variable(name);
    if (value === undefined) faults.push(`${at} upstream secretHeaders ${header}: the environment has no ${name}`);
    else if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value))
      faults.push(`${at} upstream secretHeaders ${header}: what ${name} holds cannot stand in a header`);
    else secrets[header] = value;
  }
  return {
    upstream,
    own: own ?? { typePrefix: '', hide: [], rename: {} },
    introspection,
    refused: refused ?? 'operation',
    cache: cache ?? {},
    invalidates: invalidates ?? {},
    secrets,
    documents: { file, mode: documents?.mode ?? 'off', automatic: documents?.automatic ?? false },
  };
}

/** Members that have a meaning for a served path alone, and those that contradict each other. */
function faultsBetween(path: string, input: EndpointInput): string[] {
  const { upstream, own, introspection, refused, cache, invalidates, documents, trustedDocuments, schema, hidden, ignoredParameters } =
    input;
  if (upstream === undefined)
    return Object.entries({ own, introspection, refused, cache, invalidates, documents })
      .filter(([, value]) => value !== undefined)
      .map(([name]) => `${name}: needs upstream, beside it`);
  const names = [...Object.keys(upstream.headers), ...Object.keys(upstream.secretHeaders), ...upstream.forward];
  const folded = names.map(foldHeaderName); // services may take one for the other, and the client's for ours
  const twice = names.filter((_name, position) => folded.indexOf(folded[position] as string) !== position);
  return [
    ...(path === '/graphql' && schema === undefined ? ['schema: is required with upstream at /graphql'] : []),
    ...(path !== '/graphql' && own !== undefined ? ['own: has a meaning at /graphql alone, where our own operations are'] : []),
    ...(path !== '/graphql' && schema === undefined && introspection !== undefined && introspection !== 'off'
      ? ['introspection: needs the schema']
      : []),
    ...(refused === 'field' && schema === undefined ? ['refused: "field" needs the schema'] : []),
    ...(documents?.file !== undefined && trustedDocuments !== undefined ? ['documents file: trustedDocuments names one already'] : []),
    ...(documents !== undefined && documents.mode !== 'off' && (documents.file ?? trustedDocuments) === undefined
      ? ['documents mode: needs the file of documents']
      : []),
    ...(documents?.mode === 'only' && documents.automatic ? ['documents automatic: has no meaning with mode "only"'] : []),
    ...(hidden.length > 0 && schema === undefined ? ['hidden: needs the schema'] : []),
    ...(ignoredParameters.length > 0 ? ['ignoredParameters: has no meaning with upstream: nothing of them is passed on'] : []),
    ...(upstream.url.startsWith('https:') && upstream.subscriptions?.url?.startsWith('ws:')
      ? ['upstream subscriptions url: must be wss where url is https']
      : []),
    ...[...new Set(twice)].map((name) => `upstream: two members name the header ${name}`),
  ];
}

/** Only what everybody may have is kept for everybody, and only what is kept can be forgotten. */
function faultsOfKept({ fields, cache = {}, invalidates = {} }: EndpointInput, known: ReadSchema | null): string[] {
  const isOf = (root: 'Query' | 'Mutation', name: string): boolean => {
    const [type = '', field = ''] = name.split('.');
    if (known === null) return type === root;
    const found = root === 'Query' ? known.schema.getQueryType() : known.schema.getMutationType();
    return found?.name === type && Object.hasOwn(found.getFields(), field);
  };
  const ruleOf = (name: string): Access | undefined => fields[name] ?? fields[`${name.split('.', 1)[0]}.*`];
  return [
    ...Object.keys(cache).flatMap((name) => {
      if (!isOf('Query', name)) return [`cache ${name}: is no field of a query's root`];
      return ruleOf(name) === 'public' ? [] : [`cache ${name}: must be "public" in fields`];
    }),
    ...Object.entries(invalidates).flatMap(([name, kept]) => [
      ...(isOf('Mutation', name) ? [] : [`invalidates ${name}: is no field of a mutation's root`]),
      ...kept.filter((each) => !Object.hasOwn(cache, each)).map((each) => `invalidates ${name}: ${each} is not in cache`),
    ]),
  ];
}

const rootTypes = ['Query', 'Mutation', 'Subscription'];
const introspection = ['__schema', '__type'];

/** Rules that no request could ever meet: a misspelt one would leave a field open or closed without a word. */
function unknownFields(fields: ReadonlyMap<string, Access>, known: ReadSchema | null): string[] {
  return [...fields.keys()].flatMap((name) => {
    const [typeName = '', field = ''] = name.split('.');
    if (known === null)
      return rootTypes.includes(typeName) ? [] : [`${name}: needs the schema; without it only ${rootTypes.join(', ')} can be named`];
    const { schema } = known;
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return [`${name}: the schema has no such type with fields`];
    if (field === '*' || (type === schema.getQueryType() && introspection.includes(field)) || Object.hasOwn(type.getFields(), field))
      return [];
    return [`${name}: the schema has no such field`];
  });
}
