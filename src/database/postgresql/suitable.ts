import type { ClientBase, Pool } from 'pg';

/** A database that Gatehouse cannot keep its tables in as the database is. The message says what to do, and holds no value. */
export class UnsuitableDatabaseError extends Error {
  override readonly name = 'UnsuitableDatabaseError';
}

export interface Suitable {
  /** In which a name without a schema is looked up. */
  readonly schema: string;
  /** As PostgreSQL writes it, `800ms`. */
  readonly statementTimeout: string;
}

/**
 * Looks at what cannot be mended later: the encoding (one that is not UTF-8 fails at the first name that it lacks), and the schema in
 * which a name without one is looked up. @throws {UnsuitableDatabaseError}, and the driver's errors
 */
export async function requireSuitable(client: ClientBase | Pool, wantedSchema: string | undefined): Promise<Suitable> {
  const { rows } = await client.query<{ encoding: string; schema: string | null; statementTimeout: string }>(
    `SELECT current_setting('server_encoding') AS "encoding", current_schema() AS "schema",
      current_setting('statement_timeout') AS "statementTimeout"`,
  );
  const { encoding = '', schema = null, statementTimeout = '' } = rows[0] ?? {};
  if (encoding !== 'UTF8')
    throw new UnsuitableDatabaseError(
      'The encoding of the database is not UTF8, and most names of people cannot be written in it. Make another one: ' +
        'createdb --encoding=UTF8 --template=template0.',
    );
  if (wantedSchema !== undefined && schema !== wantedSchema)
    throw new UnsuitableDatabaseError(
      'A pooler keeps the schema of DATABASE_URL from the database. Leave ?schema= out, and give it to the role: ' +
        'ALTER ROLE name SET search_path = schema.',
    );
  if (schema === null)
    throw new UnsuitableDatabaseError(
      'No schema of the search path of the role is there: make one, or name one with ?schema= in DATABASE_URL.',
    );
  return { schema, statementTimeout };
}
