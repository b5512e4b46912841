import type { House } from './house';

/**
 * From now on this house works for requests alone, and whatever it sends to the database is theirs: jobs and the mailer, which would send their
 * own in between, are done for good. No mail of it comes any more.
 */
export async function quieten({ app }: House): Promise<void> {
  await app.services.jobs.close();
  await app.services.mailer?.close();
}

/** What a request sends to these tables of a {@link quieten}ed house, in its order: `INSERT mails`. */
export async function statementsOf(house: House, tables: readonly string[], send: () => Promise<unknown>): Promise<string[]> {
  const from = house.queries.length;
  await send();
  const named = new RegExp(`^\\s*(\\w+)\\b.*?["\`.](${tables.join('|')})["\`]`, 's');
  return house.queries.slice(from).flatMap((sql) => named.exec(sql)?.slice(1).join(' ') ?? []);
}
