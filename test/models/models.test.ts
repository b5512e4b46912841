import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Optimisation, search } from './spin';

interface Model {
  readonly file: string;
  readonly optimisation: Optimisation;
  /** With nothing taken out, no assertion fails. At least so many states are looked at: a guard that never holds would make them few. */
  readonly worlds: Readonly<Record<string, number>>;
  /** Taken out, in such a world, a rule is missed. */
  readonly rules: readonly (readonly [rule: string, world: string])[];
  /** What has to happen for the promise to say anything. */
  readonly reached: readonly (readonly [what: string, world: string])[];
}

const models: readonly Model[] = [
  {
    file: 'lease.pml',
    optimisation: '-O1',
    worlds: { PLAIN: 100_000, POOLER: 50_000, SERVERS: 200_000, FINDER: 200_000, VM: 50_000 },
    rules: [
      ['R1', 'POOLER'],
      ['R2', 'POOLER'],
      ['R3', 'POOLER'],
      ['R5', 'SERVERS'],
      ['R6', 'PLAIN'],
      ['R7', 'PLAIN'],
      ['R7', 'VM'],
      ['R8', 'PLAIN'],
      ['R9', 'PLAIN'],
      ['R10', 'PLAIN'],
      ['R11', 'SERVERS'],
      ['R12', 'PLAIN'],
      ['R13', 'PLAIN'],
      ['R14', 'PLAIN'],
      ['R15', 'PLAIN'],
      ['R15', 'SERVERS'],
      ['R16', 'PLAIN'],
      ['R17', 'FINDER'],
      ['R19', 'SERVERS'],
    ],
    reached: [
      ['REACH_ACCEPTED', 'PLAIN'],
      ['REACH_ACKNOWLEDGED', 'PLAIN'],
      ['REACH_WAITED', 'PLAIN'],
      ['REACH_PROMOTED', 'SERVERS'],
    ],
  },
  {
    file: 'refresh.pml',
    optimisation: '-O0',
    worlds: { PLAIN: 100, THIEF: 1_000, RESTORE: 100 },
    rules: [
      ['F1', 'PLAIN'],
      ['F2', 'THIEF'],
      ['F3', 'THIEF'],
      ['F4', 'THIEF'],
      ['F5', 'THIEF'],
      ['F6', 'RESTORE'],
      ['F7', 'PLAIN'],
      ['F8', 'PLAIN'],
      ['F9', 'PLAIN'],
    ],
    reached: [
      ['REACH_LAST', 'PLAIN'],
      ['REACH_REPEATED', 'PLAIN'],
      ['REACH_TWO', 'PLAIN'],
      ['REACH_REUSED', 'THIEF'],
      ['REACH_LOST_TIME', 'RESTORE'],
    ],
  },
];

describe.each(models)('the model $file', ({ file, optimisation, worlds, rules, reached }) => {
  it.each(Object.entries(worlds))('breaks no promise, in the world %s, in any order of its steps', async (world, leastStates) => {
    const { failed, exhaustive, states, report } = await search(file, [world], optimisation);
    expect({ failed, exhaustive, report: failed || !exhaustive ? report : '' }).toEqual({ failed: false, exhaustive: true, report: '' });
    expect(states).toBeGreaterThan(leastStates);
  });

  it.each(rules)('breaks one without the rule %s, in the world %s', async (rule, world) => {
    expect((await search(file, [world, `WITHOUT_${rule}`], optimisation)).failed).toBe(true);
  });

  it.each(reached)('gets as far as %s, in the world %s', async (what, world) => {
    expect((await search(file, [world, what], optimisation)).failed).toBe(true);
  });

  it('has no rule and no mark that is not tried', () => {
    const text = readFileSync(join(__dirname, file), 'utf8');
    const named = (pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name]) => name));
    expect(named(/#ifn?def WITHOUT_(\w+)/g)).toEqual(new Set(rules.map(([rule]) => rule)));
    expect(named(/#ifdef (REACH_\w+)/g)).toEqual(new Set(reached.map(([what]) => what)));
  });
});
