import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config';
import type { Cli } from '../feature';
import type { UpstreamPolicy } from '../policy/policy';
import { CommandError, type Io, print, printJson, requireConfig, table } from '../terminal/io';
import { named } from '../terminal/named';
import type { MergedSchema } from './schema/merged.schema';

interface TestOptions {
  readonly cases: string;
  readonly policy?: string;
  readonly path: string;
  readonly junit?: string;
  readonly json?: boolean;
}

interface ExplainOptions {
  readonly as?: string;
  readonly path: string;
}

/** `gatehouse upstream test` and `explain`: a policy is tested and read like code, without a network. */
export function addPolicyCommands(upstream: Command, { io, ownSide, withServices }: Cli<PolicyHouse>): void {
  upstream
    .command('test')
    .description('ask the policy about documents, and compare what it says')
    .requiredOption('--cases <file>', 'a JSON list of {name, document, variables, as, expect}')
    .option('--policy <file>', 'in place of AUTH_UPSTREAM_POLICY')
    .option('--path <path>', 'of the policy', '/graphql')
    .option('--junit <file>', "write the results in JUnit's XML")
    .option('--json', 'print one JSON value')
    .action(async (options: TestOptions) => {
      const { judgeCase, plannerOf, readCases, toJunit } = await import('./policy.cases');
      const { policy, merged, config } = await readPolicy(io, ownSide, options.policy, options.path);
      const planner = plannerOf(options.path, policy, merged, config);
      const results = [];
      for (const each of inWords(() => readCases(options.cases)))
        results.push({ name: each.name, wanted: each.expect, got: await judgeCase(planner, each) });
      const wrong = results.filter(({ wanted, got }) => wanted !== got);
      if (options.junit !== undefined) writeFileSync(options.junit, toJunit(results));
      if (options.json) printJson(io, { ok: wrong.length === 0, results });
      else for (const { name, wanted, got } of wrong) print(io, `${name}: wanted ${wanted}, got ${got}`);
      if (wrong.length > 0) throw new CommandError(`${wrong.length} of ${results.length} cases are wrong.`);
      if (!options.json) print(io, `All ${results.length} cases are right.`);
    });

  upstream
    .command('explain <file>')
    .description('list the fields of a document, their rules, and whether somebody may have them')
    .option('--as <user>', 'a username, address or id; left out: nobody')
    .option('--path <path>', 'of the policy', '/graphql')
    .action(async (file: string, { as, path }: ExplainOptions) => {
      const { explainDocument, requireCase } = await import('./policy.cases');
      const { policy, merged } = await readPolicy(io, ownSide, undefined, path);
      const roots = { query: merged?.own.getQueryType(), mutation: merged?.own.getMutationType() } as const;
      const isOwn = (root: string, field: string) => roots[root as keyof typeof roots]?.getFields()[field] !== undefined;
      const fields = inWords(() => explainDocument(readFileSync(file, 'utf8'), policy, isOwn));
      const who = as === undefined ? ('anonymous' as const) : await withServices((house) => callerOf(house, as));
      const rows = [];
      for (const { field, rules } of fields) {
        const code = rules === null ? 'FORBIDDEN' : await requireCase(rules, who).then(() => 'granted', codeOf);
        rows.push([
          field,
          rules === null ? 'no rule' : rules.map((rule) => (typeof rule === 'string' ? rule : JSON.stringify(rule))).join(' '),
          code,
        ]);
      }
      print(io, table([['FIELD', 'RULES', 'VERDICT'], ...rows]));
    });
}

/** What `explain` needs of the gateway, for `--as`. */
export interface PolicyHouse {
  readonly users: { readonly show: (who: string) => Promise<{ readonly roles: readonly string[] }> };
  readonly roleTable: { readonly permissionsOf: (roles: string) => Promise<import('../roles/permissions').Permissions> };
}

async function callerOf({ users, roleTable }: PolicyHouse, who: string) {
  const { roles } = await named('user', who, users.show(who));
  const { list } = await roleTable.permissionsOf(roles.join(' '));
  return { roles, permissions: list };
}

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? 'INTERNAL_SERVER_ERROR';

function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

/** @throws {PolicyError | CommandError} */
async function readPolicy(
  io: Io,
  ownSide: Cli<object>['ownSide'],
  given: string | undefined,
  path: string,
): Promise<{ policy: UpstreamPolicy; merged: MergedSchema | null; config: Config }> {
  const config = requireConfig(io);
  const file = given ?? config.upstreamPolicyFile;
  if (file === undefined) throw new CommandError('AUTH_UPSTREAM_POLICY names no file.');
  const { inspectFile } = await import('./inspect');
  const { PolicyError } = await import('../policy/policy');
  const { policy, merged, faults } = await inspectFile(file, config, ownSide);
  if (faults.length > 0) throw new PolicyError(faults);
  const found = policy.policies.get(path);
  if (found === undefined) throw new CommandError(`The policy says nothing of ${path}.`);
  return { policy: found, merged, config };
}
