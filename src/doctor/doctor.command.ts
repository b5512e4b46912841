import type { Cli } from '../feature';
import { CommandError, print, printJson } from '../terminal/io';
import type { Finding } from './finding';

/** `gatehouse doctor`: looks at everything that a start, a login or a service would find wrong later. */
export function addDoctorCommand({ program, io, ownSide }: Cli<object>): void {
  program
    .command('doctor')
    .description('look for what is wrong, and say how to mend it')
    .option('--json', 'print one JSON value')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { examine } = await import('./checks');
      const findings = await examine(io.readConfig(), io.nodeVersion, Date.now, ownSide);
      const wrong = findings.filter(({ state }) => state === 'wrong').length;
      if (json) printJson(io, { ok: wrong === 0, findings });
      else for (const finding of findings) print(io, describe(finding));
      if (wrong > 0) throw new CommandError(wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`);
    });
}

const describe = ({ subject, state, what, mend }: Finding): string =>
  [`${state.padEnd(7)}  ${subject}: ${what}`, ...(mend === undefined ? [] : [`         ${mend}`])].join('\n');
