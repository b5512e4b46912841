import type { Prisma } from './generated/sqlite/client';

/** The columns of every model, with their types: for tables that must know each of them, so that a new one without a decision does not compile. */
export type Models = { readonly [Name in Prisma.ModelName]: Prisma.TypeMap['model'][Name]['payload']['scalars'] };
