import { inspect } from 'node:util';
import { Client } from 'pg';
import { databaseUrlFault, parseDatabaseUrl, parsePostgresqlUrl } from '../src/database/database-url';

/** What the driver will connect to. */
function driverOf(url: string): Record<string, unknown> {
  const { connectionString } = parsePostgresqlUrl(url);
  const { host, port, database, user, password } = new Client({ connectionString });
  return { host, port, database, user, password };
}

describe('DATABASE_URL', () => {
  it.each([
    [
      'postgresql://kate:secret@db.internal:6432/gate',
      { host: 'db.internal', port: 6432, database: 'gate', user: 'kate', password: 'secret' },
    ],
    ['postgres://kate:p%40ss%2Fw%3Fo%23rd%25@db/gate', { host: 'db', database: 'gate', user: 'kate', password: 'p@ss/w?o#rd%' }],
    ['postgresql://kate:12#34@db/gate', { host: 'db', database: 'gate', user: 'kate', password: '12#34' }],
    ['postgresql://kate:p@ss@db/gate', { host: 'db', user: 'kate', password: 'p@ss' }],
    ['postgresql://kate@/gate?host=/var/run/postgresql', { host: '/var/run/postgresql', database: 'gate', user: 'kate' }],
    ['postgresql:///gate?host=/run/pg%20sql&user=kate', { host: '/run/pg sql', database: 'gate', user: 'kate' }],
    ['postgresql://kate@[::1]:5433/gate', { host: '::1', port: 5433 }],
  ])('of PostgreSQL is what the driver connects to: %s', (url, expected) => {
    expect(databaseUrlFault(url)).toBeNull();
    expect(driverOf(url)).toMatchObject(expected);
  });

  it.each([
    'postgresql://kate:12/secret@db/gate',
    'postgresql://kate:12?secret@db/gate',
    'postgresql://kate:sec?ret@db/gate',
    'postgresql://kate:secret@db:99999/gate',
    'postgresql://kate:secret@db:five/gate',
    'postgresql://kate:secret@one:5432,two:5432/gate',
    'postgresql://kate:secret%00@db/gate',
    'postgresql://kate:secret@db/gate?port=secret',
    'postgresql://kate:secret@db/gate?schema=',
    'postgresql://kate:secret@db/gate?schema=pg_secret',
    'postgresql://kate:secret@db/gate?schema=a%22secret',
    `postgresql://kate:secret@db/gate?schema=${'secret'.repeat(11)}`,
    'postgresql://kate:secret@db/gate?connection_limit=secret',
    'postgresql://kate:secret@db/gate?connection_limit=0',
    'postgresql://kate:secret@db/gate?connection_limit=1001',
    'file:./secret-100%.db',
    'file:',
    'postgresql:secret',
    'mysql://root:secret@db/x',
  ])('that cannot be read is a rule that holds nothing of it: %s', (url) => {
    expect(databaseUrlFault(url)).toMatch(/^must /);
    expect(databaseUrlFault(url)).not.toMatch(/secret|kate/);
    const thrown = (() => {
      try {
        return parseDatabaseUrl(url);
      } catch (error) {
        return error;
      }
    })();
    expect(inspect(thrown, { depth: 9 }).replace(/\n\s+at .*/g, '')).not.toMatch(/kate/);
  });

  it('takes the schema as the search path, quoted', () => {
    const { schema, connectionString } = parsePostgresqlUrl('postgresql://db/gate?schema=my%20own');
    expect(schema).toBe('my own');
    expect(new URL(connectionString).searchParams.get('options')).toBe('-c search_path="my\\ own"');
  });

  it('takes connection_limit, and tells by name what does nothing', () => {
    const url = 'postgresql://db/gate?connection_limit=3&pool_timeout=5&statement_timeout=0&sslmode=disable&pgbouncer=true';
    expect(parsePostgresqlUrl(url)).toMatchObject({
      connections: 3,
      connectionString: 'postgresql://db/gate?sslmode=disable',
      unused: ['pool_timeout', 'statement_timeout'],
    });
    expect(parseDatabaseUrl('file:./x.db?mode=ro').unused).toEqual(['mode']);
  });

  it.each([
    ['file:./data/my%20gate.db?x=1', './data/my gate.db'],
    ['file:///var/lib/gate.db', '/var/lib/gate.db'],
    ['file:/var/lib/gate#1.db', '/var/lib/gate#1.db'],
  ])('of SQLite is a path: %s', (url, file) => {
    expect(parseDatabaseUrl(url)).toMatchObject({ provider: 'sqlite', file });
  });

  it('says the place without the user', () => {
    expect(parsePostgresqlUrl('postgresql://kate:p@ss@db:5433/gate?schema=x').place).toBe('db:5433/gate');
    expect(parsePostgresqlUrl('postgresql://kate@/gate?host=/run/pg').place).toBe('/run/pg/gate');
  });
});
