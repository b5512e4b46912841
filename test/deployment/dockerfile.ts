import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly name: string;
  readonly args: string;
}

/** The stages of a Dockerfile, each its instructions in order. Lines that go on and shell heredocs are not used in ours. */
export function readDockerfile(file: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, args] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === undefined || args === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, args });
  }
  return stages;
}
