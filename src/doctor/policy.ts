import type { Config } from '../config';
import type { Cli } from '../feature';
import { type Finding, ok, warning, wrong } from './finding';

/** The file of AUTH_UPSTREAM_POLICY, and the services behind the paths that the gateway serves itself. */
export async function examinePolicy(config: Config, ownSide: Cli<object>['ownSide']): Promise<Finding[]> {
  if (config.upstreamPolicyFile === undefined) return [];
  const { inspectFile, servedPaths } = await import('../upstream/inspect');
  const { policy, faults } = await inspectFile(config.upstreamPolicyFile, config, ownSide);
  if (faults.length > 0) return faults.map((fault) => wrong('policy', fault, 'Correct the file that AUTH_UPSTREAM_POLICY names.'));
  const paths = [...policy.policies.keys()];
  const findings = await Promise.all(servedPaths(policy).map((served) => examineUpstream(served)));
  return [ok('policy', `AUTH_UPSTREAM_POLICY speaks of ${paths.join(', ') || 'no path'}`), ...findings.flat()];
}

/** Whether the service answers, and whether the file of its schema still says what it has. */
async function examineUpstream([path, { schema, fields, served }]: import('../upstream/inspect').Served): Promise<Finding[]> {
  const { askUpstream, fetchSchema, fieldNames } = await import('../upstream/schema/fetched.schema');
  const { url } = served.upstream;
  try {
    await askUpstream(url, '{ __typename }', served.secrets);
  } catch (error) {
    return [
      wrong('upstream', `${path}: ${(error as Error).message}`, `Look whether the service of ${path} runs, and may be reached from here.`),
    ];
  }
  const answers = ok('upstream', `the service behind ${path} answers`);
  const there = schema === null ? null : await fetchSchema(url, served.secrets).catch(() => null);
  if (schema === null || there === null) return [answers];
  const [inFile, inService] = [fieldNames(schema), fieldNames(there)];
  const lacking = [...inService].filter((name) => !inFile.has(name));
  const gone = [...inFile].filter((name) => !inService.has(name));
  const ruled = gone.filter((name) => fields.has(name));
  const mend = 'Write the file anew: gatehouse upstream schema --url …';
  return [
    answers,
    ...(lacking.length === 0 ? [] : [warning('upstream', `${path}: the schema file lacks ${listed(lacking)}`, mend)]),
    ...(gone.length === 0 ? [] : [warning('upstream', `${path}: the service has no ${listed(gone)} any more`, mend)]),
    ...(ruled.length === 0 ? [] : [warning('upstream', `${path}: there are rules for what is gone: ${listed(ruled)}`, 'Take them out.')]),
  ];
}

const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
