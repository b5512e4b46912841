import { readFileSync } from 'node:fs';
import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { CommandError, print, printJson, table } from '../terminal/io';
import { named } from '../terminal/named';
import type { RoleInfo, RolesService } from './roles.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
}

interface Needs {
  readonly roles: RolesService;
}

const forced = ['--force', 'also where users have it: it is taken from them'] as const;

/** `gatehouse role …`: what roles stand for. */
export function addRoleCommands(cli: Cli<Needs>): void {
  const { program, io, withServices } = cli;
  const role = program.command('role').description('manage what roles stand for');

  role
    .command('list')
    .description('list the roles with their permissions')
    .option('--json', 'print one JSON value')
    .action(({ json }: Options) =>
      withServices(async ({ roles }) => {
        const list = await roles.list();
        if (json) printJson(io, list);
        else print(io, table([['NAME', 'PERMISSIONS', 'DESCRIPTION'], ...list.map(toCells)]));
      }),
    );

  role
    .command('set <name> [permissions...]')
    .description('make a role, or give it these permissions in place of its own: orders:refund, orders:*')
    .option('--description <text>', 'what it is for; without it the description stays')
    .option('--json', 'print one JSON value')
    .action((name: string, permissions: readonly string[], { json, description }: Options & { description?: string }) =>
      withServices(async ({ roles }) => {
        const { outcome, ...made } = await roles.set({ name, permissions, ...(description !== undefined && { description }) });
        if (json) printJson(io, made);
        else print(io, `${name} is ${outcome}: ${made.permissions.join(' ') || 'no permission'}`);
      }),
    );

  role
    .command('delete <name>')
    .description('delete a role')
    .option(...forced)
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Delete the role ${name}${options.force ? ' and take it from its users' : ''}?`, options);
      await withServices(async ({ roles }) => {
        const removed = await named('role', name, roles.remove(name, options));
        if (options.json) printJson(io, removed);
        else print(io, `${name} is deleted${removed.takenFrom > 0 ? `, and taken from ${removed.takenFrom} users` : ''}.`);
      });
    });

  addApplyCommand(cli, role);
}

function addApplyCommand({ io, withServices }: Cli<Needs>, role: Cli<Needs>['program']): void {
  role
    .command('apply <file>')
    .description('make the roles what a JSON file says: {"roles": [{"name", "description", "permissions": []}]}')
    .option('--prune', 'delete the roles that it does not name')
    .option(...forced)
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (file: string, options: Options & { prune?: boolean }) => {
      const input = readRoleFile(file);
      if (options.prune) await confirm(io, `Delete every role that ${file} does not name?`, options);
      await withServices(async ({ roles }) => {
        const applied = await roles.apply(input, options);
        if (options.json) return printJson(io, applied);
        const lines = [
          ...applied.created.map((name) => `created  ${name}`),
          ...applied.changed.map((name) => `changed  ${name}`),
          ...applied.deleted.map(({ name, takenFrom }) => `deleted  ${name}${takenFrom > 0 ? ` (taken from ${takenFrom} users)` : ''}`),
        ];
        print(io, lines.length === 0 ? 'Nothing has changed.' : lines.join('\n'));
      });
    });
}

/** More than 200 roles of 500 permissions each need. */
const maxFileBytes = 16 * 1024 * 1024;

/** @throws {CommandError} */
function readRoleFile(file: string): unknown {
  try {
    const content = readFileSync(file);
    if (content.length > maxFileBytes) throw new CommandError(`${file} is too large.`);
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} must be a JSON file in UTF-8 that can be read.`, { cause: error });
  }
}

const toCells = ({ name, permissions, description, builtIn }: RoleInfo): string[] => [
  name,
  permissions.join(' ') || '-',
  builtIn ? `${description} (built in)` : description,
];
