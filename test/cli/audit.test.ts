import { PassThrough } from 'node:stream';
import { loadConfig } from '../../src/app/load-config';
import { runCli } from '../../src/cli/cli';
import { doors, newPerson, type Person, uniqueName } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';

/** A command line over the house's database. */
async function gatehouse(house: House, ...args: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const environment = { ...house.environment, DATABASE_URL: house.databaseUrl };
  const { node: nodeVersion } = process.versions;
  const code = await runCli(args, { stdin, stdout, stderr, nodeVersion, readConfig: () => loadConfig(environment), serve: async () => {} });
  return { code, out: stdout.read()?.toString() ?? '', error: stderr.read()?.toString() ?? '' };
}

onBothDatabases('gatehouse audit', (house) => {
  const rest = doors.find(({ name }) => name === 'REST');
  const nobody = uniqueName();
  let person: Person;
  beforeAll(async () => {
    person = await newPerson(house());
    await rest?.send(house(), 'login', { username: person.username, password: 'wrong' });
    await rest?.send(house(), 'login', { username: nobody, password: 'wrong' });
    await rest?.send(house(), 'logout', undefined, person.accessToken);
  });

  const events = async (...args: string[]): Promise<{ event: string; outcome: string; userId: string | null }[]> => {
    const { code, out, error } = await gatehouse(house(), 'audit', '--json', ...args);
    expect([code, error]).toEqual([0, '']);
    return JSON.parse(out);
  };

  it('lists the newest first', async () => {
    expect((await events()).map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
      'logout ok',
      'login refused',
      'login refused',
      'user.registered ok',
      'key.created ok', // of the first start
    ]);
    expect(await events('--limit', '1')).toMatchObject([{ event: 'logout' }]);
  });

  it('filters by user, by a name that nobody had, by event, outcome and time', async () => {
    for (const who of [person.id, person.username, person.email.toUpperCase()])
      expect((await events('--user', who)).map(({ event }) => event)).toEqual(['logout', 'login', 'user.registered']);
    expect(await events('--user', nobody)).toMatchObject([{ event: 'login', userId: null }]);
    expect(await events('--event', 'login', '--user', person.id)).toMatchObject([{ event: 'login', outcome: 'refused' }]);
    expect(await events('--outcome', 'refused')).toHaveLength(2);
    expect(await events('--since', '1h')).toHaveLength(5);
    expect(await events('--until', '1h')).toEqual([]);
    expect(await events('--since', '2001-01-01', '--until', '2001-01-01T00:00:00+01:00')).toEqual([]);
  });

  it('prints a table', async () => {
    const { out } = await gatehouse(house(), 'audit', '--user', person.username);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^TIME +EVENT +OUTCOME +USER +BY +SESSION +FROM +DETAIL$/);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toContain('127.0.0.0/24');
    expect(lines[2]).toContain('wrong password');
    expect(lines[2]).toContain('anonymous');
    expect(lines[3]).toContain('the user');
  });

  it.each([
    [['--limit', '0'], 1, /--limit must be/],
    [['--since', 'yesterday'], 1, /--since must be/],
    [['--until', '2026-13-01'], 1, /--until must be/],
    [['--event', 'login.success'], 2, /Allowed choices/],
    [['--outcome', 'maybe'], 2, /Allowed choices/],
  ])('refuses %j', async (args, code, reason) => {
    const result = await gatehouse(house(), 'audit', ...args);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.error).toMatch(reason);
  });

  it('shows a name without what would move the cursor', async () => {
    const { username } = await newPerson(house());
    await house().app.services.database.client.user.update({ where: { usernameKey: username }, data: { name: '\u001b[2J\u202eKate' } });
    const { out } = await gatehouse(house(), 'user', 'show', username);
    expect(out).toContain('\ufffd[2J\ufffdKate');
  });
});
