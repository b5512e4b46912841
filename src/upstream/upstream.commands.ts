import type { GraphQLSchema } from 'graphql';
import type { Cli } from '../feature';
import { CommandError, type Io, print, printJson, requireConfig } from '../terminal/io';
import { addPolicyCommands, type PolicyHouse } from './policy.commands';

interface SchemaOptions {
  readonly url: string;
  readonly secretHeader?: readonly string[];
}

/** `gatehouse upstream …`: the GraphQL service behind, and the policy about it. */
export function addUpstreamCommands(cli: Cli<PolicyHouse>): void {
  const { program, io, ownSide } = cli;
  const upstream = program.command('upstream').description('look at the GraphQL service behind this gateway, and at the policy');

  upstream
    .command('schema')
    .description("print a service's schema in SDL, by one introspection")
    .requiredOption('--url <url>', 'where the service answers operations')
    .option('--secret-header <name=VARIABLE...>', 'a header with what a variable of the environment holds')
    .action(async ({ url, secretHeader = [] }: SchemaOptions) => {
      const { fetchSchema } = await import('./schema/fetched.schema');
      print(io, await printed(await inWords(fetchSchema(url, secretHeaders(io, secretHeader)))));
    });

  upstream
    .command('policy')
    .description('print a first policy: a session for every field at the root')
    .requiredOption('--schema <file>', "the service's schema in SDL")
    .option('--url <url>', 'where the service answers operations', 'http://127.0.0.1:3000/graphql')
    .action(async ({ schema: file, url }: { readonly schema: string; readonly url: string }) => {
      const { readSchema } = await import('../policy/schema.file');
      const faults: string[] = [];
      const read = readSchema({ file, at: file, hidden: [], policies: {} }, faults);
      if (read === null || faults.length > 0) throw new CommandError(faults.join('\n'));
      printJson(io, firstPolicy(read.schema, file, url));
    });

  addPolicyCommands(upstream, cli);

  upstream
    .command('merged')
    .description('print the one schema of /graphql in SDL: the operations of Gatehouse, and those of the service behind')
    .action(async () => {
      const config = requireConfig(io);
      if (config.upstreamPolicyFile === undefined) throw new CommandError('AUTH_UPSTREAM_POLICY names no file.');
      const { inspectFile } = await import('./inspect');
      const { PolicyError } = await import('../policy/policy');
      const { merged, faults } = await inspectFile(config.upstreamPolicyFile, config, ownSide);
      if (faults.length > 0) throw new PolicyError(faults);
      if (merged === null) throw new CommandError('The policy has no upstream at /graphql.');
      print(io, await printed(merged.schema));
    });
}

async function printed(schema: GraphQLSchema): Promise<string> {
  const { lexicographicSortSchema, printSchema } = await import('graphql');
  return printSchema(lexicographicSortSchema(schema));
}

async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

/** `name=VARIABLE`: a secret on the command line could be read by everybody on the machine. */
function secretHeaders(io: Io, given: readonly string[]): Record<string, string> {
  if (given.length === 0) return {};
  const { variable } = requireConfig(io);
  return Object.fromEntries(
    given.map((text) => {
      const [, name = '', source = ''] = /^([\w-]+)=(\w+)$/.exec(text) ?? [];
      const value = variable(source);
      if (value === undefined) throw new CommandError(`${text}: must be name=VARIABLE, and the environment must have it`);
      return [name, value];
    }),
  );
}

function firstPolicy(schema: GraphQLSchema, file: string, url: string): object {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((type) =>
    type ? Object.keys(type.getFields()).map((field) => [`${type.name}.${field}`, 'authenticated']) : [],
  );
  return { endpoints: { '/graphql': { upstream: { url, identity: 'jwt' }, schema: file, fields: Object.fromEntries(fields) } } };
}
