import { Option } from 'commander';
import type { AuditFilter, AuditOutcome, AuditService } from '../audit/audit.service';
import type { AuditEventRow } from '../database/database';
import { Failure } from '../errors';
import type { Cli } from '../feature';
import { normalKey } from '../names/normal-key';
import { CommandError, print, printJson, table } from '../terminal/io';
import type { UsersService } from './users.service';

interface Options {
  readonly user?: string;
  readonly event?: string;
  readonly outcome?: AuditOutcome;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
  readonly json?: boolean;
}

interface Needs {
  readonly audit: AuditService;
  readonly users: UsersService;
}

/** `gatehouse audit` */
export function addAuditCommand({ program, io, auditEvents, withServices }: Cli<Needs>): void {
  program
    .command('audit')
    .description('list what happened to accounts, newest first; docs/audit.md explains the events')
    .option('--user <user>', 'of this user, or of tries with a name or an address that nobody had')
    .addOption(new Option('--event <event>', 'of this kind').choices(auditEvents))
    .addOption(new Option('--outcome <outcome>', 'with this outcome').choices(['ok', 'refused']))
    .option('--since <time>', 'not before: 2026-11-22, 2026-11-22T13:00:00Z, or 90m, 24h, 7d ago')
    .option('--until <time>', 'before, in the same forms')
    .option('--limit <n>', 'at most so many', '100')
    .option('--json', 'print one JSON value')
    .action(async (options: Options) => {
      if (!/^[1-9]\d{0,4}$/.test(options.limit)) throw new CommandError('--limit must be a number from 1 to 99999');
      const { event, outcome } = options;
      const times = { since: readTime('--since', options.since), until: readTime('--until', options.until) };
      await withServices(async (services) => {
        const who = options.user === undefined ? undefined : await findTraces(services, options.user);
        const found = await services.audit.list({ event, outcome, ...times, who, limit: Number(options.limit) });
        if (options.json) return printJson(io, found);
        print(io, table([headings, ...found.map(toCells)]));
      });
    });
}

/** Whoever is called so now, and tries from when nobody was. An id finds the events of a deleted user too. */
async function findTraces({ users }: Needs, who: string): Promise<AuditFilter['who']> {
  try {
    const { id, username, email } = await users.show(who);
    return { userId: id, names: [who, username, email].map(normalKey) };
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'NOT_FOUND')) throw error;
    return { userId: who, names: [normalKey(who)] };
  }
}

const headings = ['TIME', 'EVENT', 'OUTCOME', 'USER', 'BY', 'SESSION', 'FROM', 'DETAIL'];

const toCells = ({ at, event, outcome, userId, actor, subject, sessionId, clientPrefix, detail }: AuditEventRow): string[] => [
  at.toISOString(),
  event,
  outcome,
  userId ?? (subject === null ? '-' : `~${subject}`),
  actor === `user:${userId}` ? 'the user' : (actor ?? '-'),
  sessionId ?? '-',
  clientPrefix ?? '-',
  detail ?? '-',
];

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function readTime(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (unit !== undefined) return new Date(Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs]); // the pattern allows no other
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  if (!isIso || Number.isNaN(Date.parse(text)))
    throw new CommandError(`${option} must be a time like 2026-11-22, 2026-11-22T13:00:00Z or 24h`);
  return new Date(text);
}
