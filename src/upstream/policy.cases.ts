import { readFileSync } from 'node:fs';
import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { z } from 'zod';
import { type Access, requireAccess } from '../access/access';
import type { Config } from '../config';
import { Failure, failures } from '../errors';
import { createFieldTable, type FieldTable, type Parent } from '../policy/field-rules';
import { chooseOperation, parseDocument } from '../policy/operation-rules';
import type { UpstreamPolicy } from '../policy/policy';
import type { AuthenticatedSession } from '../proofs/proofs';
import { isPermission, toPermissions } from '../roles/permissions';
import { roleName } from '../users/user';
import { ownPath } from './inspect';
import { neededFor } from './plan/plan';
import { createPlanner, type Planner } from './plan/planner';
import type { MergedSchema } from './schema/merged.schema';

/** Who asks in a case: what a session would have. */
export interface CaseCaller {
  readonly roles?: readonly string[] | undefined;
  readonly permissions?: readonly string[] | undefined;
  /** How long ago somebody has proved who is there. Left out: at this moment. */
  readonly freshSeconds?: number | undefined;
}

const caller = z.strictObject({
  roles: z.array(z.string().regex(roleName)).optional(),
  permissions: z.array(z.string().refine((text) => isPermission(text) || text.endsWith(':*'))).optional(),
  freshSeconds: z.int().min(0).optional(),
});

const casesFile = z.array(
  z.strictObject({
    name: z.string().min(1),
    document: z.string().min(1),
    operationName: z.string().min(1).optional(),
    variables: z.record(z.string(), z.unknown()).default({}),
    as: z.literal('anonymous').or(caller),
    expect: z.literal('granted').or(z.enum(Object.keys(failures) as [keyof typeof failures])),
  }),
);

export type PolicyCase = z.output<typeof casesFile>[number];

/** @throws {Error} in words for a person */
export function readCases(file: string): readonly PolicyCase[] {
  const parsed = casesFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${file} ${path.join(' ')}: ${message}`).join('\n'));
}

export const plannerOf = (path: string, policy: UpstreamPolicy, merged: MergedSchema | null, config: Config): Planner =>
  createPlanner({ policy, own: path === ownPath ? (merged?.own ?? null) : null, introspection: true, limits: config.operationLimits });

/** What the policy says of a document: `granted`, or the code of the refusal. Our own fields ask for themselves, and count as granted. */
export async function judgeCase(planner: Planner, asked: PolicyCase): Promise<string> {
  try {
    const plan = planner.planOf(asked.document, asked.operationName ?? null);
    planner.admitVariables(asked.variables);
    await requireCase(neededFor(plan), asked.as);
    return 'granted';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

/** @throws {Failure} as the same access would be refused to a session */
export async function requireCase(needed: readonly Access[], as: 'anonymous' | CaseCaller): Promise<void> {
  if (as === 'anonymous') {
    await requireAccess(needed, async () => ({ accepted: false, reason: 'MISSING' }));
    return;
  }
  const { roles = [], permissions = [], freshSeconds = 0 } = as;
  const held = toPermissions(permissions);
  // As much of a session as access is decided by.
  const session = { user: { roles: roles.join(' ') }, row: {}, permissions: async () => held } as unknown as AuthenticatedSession;
  const requireWithin = (_session: AuthenticatedSession, seconds: number): void => {
    if (freshSeconds > seconds) throw new Failure('REAUTHENTICATION_REQUIRED', { maxAgeSeconds: seconds });
  };
  await requireAccess(needed, async () => ({ accepted: true, session }), { requireWithin });
}

/** A field of a document, and the rules that it falls under. */
export interface ExplainedField {
  readonly field: string;
  /** Null: no rule names it, and nobody may have it. */
  readonly rules: readonly Access[] | null;
}

/** Each field of the service that a document asks for, once. @throws {Failure} BAD_REQUEST */
export function explainDocument(text: string, policy: UpstreamPolicy, isOwn: (root: string, field: string) => boolean): ExplainedField[] {
  const { operation, fragments } = chooseOperation(parseDocument(text), null);
  const table = createFieldTable(policy);
  const found = new Map<string, ExplainedField>();
  const root = table.rootOf(operation.operation);
  const look = ({ selections }: SelectionSetNode, parent: Parent, open: readonly FragmentDefinitionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name === '__typename' || (parent === root && isOwn(operation.operation, name))) continue;
        const { rules, inner } = rulesOf(table, parent, name);
        found.set(`${parent.name}.${name}`, { field: `${parent.name}.${name}`, rules });
        if (selection.selectionSet && inner !== null) look(selection.selectionSet, inner, open);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        look(selection.selectionSet, condition === undefined ? parent : table.narrow(parent, condition), open);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || open.includes(fragment)) throw new Failure('BAD_REQUEST');
        look(fragment.selectionSet, table.narrow(parent, fragment.typeCondition.name.value), [...open, fragment]);
      }
    }
  };
  look(operation.selectionSet, root, []);
  return [...found.values()];
}

function rulesOf(
  table: FieldTable,
  parent: Parent,
  name: string,
): { readonly rules: readonly Access[] | null; readonly inner: Parent | null } {
  try {
    return table.find(parent, name);
  } catch (error) {
    if (error instanceof Failure && error.code === 'FORBIDDEN') return { rules: null, inner: null };
    throw error;
  }
}

/** For machines that read test results (JUnit's XML). */
export function toJunit(results: readonly { readonly name: string; readonly wanted: string; readonly got: string }[]): string {
  const failed = results.filter(({ wanted, got }) => wanted !== got).length;
  const cases = results.map(({ name, wanted, got }) =>
    wanted === got
      ? `  <testcase name="${escaped(name)}"/>`
      : `  <testcase name="${escaped(name)}"><failure message="wanted ${escaped(wanted)}, got ${escaped(got)}"/></testcase>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="policy" tests="${results.length}" failures="${failed}">\n${cases.join('\n')}\n</testsuite>\n`;
}

const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
