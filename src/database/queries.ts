import type { Prisma } from './generated/sqlite/client';

/** What runs queries: the client, or the inside of a transaction. */
export type Queries = Prisma.TransactionClient;
