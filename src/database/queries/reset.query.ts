import { Prisma } from '../generated/sqlite/client';
import type { Queries } from '../queries';

/** What a test goes on with: the keys of tokens that other services remember, and the clock. */
const kept: readonly Prisma.ModelName[] = ['SigningKey', 'State'];

/**
 * Empties the table of every model but these: a new one cannot be forgotten, and a table of another program is not touched. Part of the
 * caller's transaction. @throws {Failure} UNAVAILABLE
 */
export async function emptyTables(queries: Queries): Promise<void> {
  for (const model of Object.values(Prisma.ModelName)) if (!kept.includes(model)) await tableOf(queries, model).deleteMany();
}

/** Prisma's client has each model under its name with a small letter. */
const tableOf = (queries: Queries, model: Prisma.ModelName): { readonly deleteMany: () => PromiseLike<unknown> } =>
  queries[(model.charAt(0).toLowerCase() + model.slice(1)) as Uncapitalize<Prisma.ModelName>] as never;
