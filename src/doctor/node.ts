import { type Finding, ok, warning } from './finding';

/** Of each major version, the last day with fixes of security faults (github.com/nodejs/Release, schedule.json). */
const endOfLife: Readonly<Record<string, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
};

/** Whether this Node still gets its security fixes. */
export function examineNode(version: string, now: number): Finding {
  const last = endOfLife[version.split('.')[0] ?? ''];
  if (last === undefined) return ok('Node', `${version}; its end of life is not known here`);
  if (now <= Date.parse(`${last}T23:59:59Z`)) return ok('Node', `${version} gets security fixes until ${last}`);
  return warning('Node', `${version} gets no security fixes since ${last}`, 'Install a newer one: see nodejs.org.');
}
