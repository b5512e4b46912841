import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { print, printJson, table } from '../terminal/io';
import { named } from '../terminal/named';
import type { ClientsService } from './clients.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

interface Needs {
  readonly clients: ClientsService;
}

/** `gatehouse client …`: services that may ask about tokens. */
export function addClientCommands({ program, io, withServices }: Cli<Needs>): void {
  const client = program.command('client').description('manage service clients');

  client
    .command('create <name>')
    .description('make a service client; its secret is printed once')
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) =>
      withServices(async ({ clients }) => {
        const { id, name: given, secret, createdAt } = await clients.create(name);
        if (options.json) printJson(io, { id, name: given, secret, createdAt });
        else
          print(
            io,
            `${table([
              ['id', id],
              ['name', given],
              ['secret', secret],
            ])}\nThe secret is not shown again.`,
          );
      }),
    );

  client
    .command('list')
    .description('list the service clients')
    .option('--json', 'print one JSON value')
    .action((options: Options) =>
      withServices(async ({ clients }) => {
        const list = await clients.list();
        if (options.json) return printJson(io, list);
        const rows = list.map(({ id, name, createdAt, lastUsedAt }) => [
          id,
          name,
          createdAt.toISOString(),
          lastUsedAt?.toISOString() ?? '-',
        ]);
        print(io, table([['ID', 'NAME', 'CREATED', 'LAST USED'], ...rows]));
      }),
    );

  client
    .command('delete <client>')
    .description('delete a service client, named by id or name: its secret opens nothing from now on')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (which: string, options: Options) => {
      await confirm(io, `Delete the service client ${which}?`, options);
      await withServices(async ({ clients }) => {
        const removed = await named('service client', which, clients.remove(which));
        if (options.json) printJson(io, removed);
        else print(io, `${removed.name} is deleted.`);
      });
    });
}
