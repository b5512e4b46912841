// Section M of the design: M1 to M6 and M8 to M10. M7 stands in test/accounts/distrusted.test.ts.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openHashFile } from '../../src/passwords/breached/hash-file';
import { createRangeClient } from '../../src/passwords/breached/range.client';
import { runCommand } from '../support/command';
import { type Door, doors, everywhere, newPerson, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { newFolder, runGatehouse } from '../support/process';
import { databaseKinds } from '../support/stage';

const mailbox = createMailbox();
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();
/** Spelt with one letter for é: as NFKC has it. */
const composed = 'caf\u00e9 latte grande';
const breached = ['password', 'correct horse battery', composed];
const refusal = [{ path: 'password', message: 'appears in a known breach' }];

/** As `passwords build` makes it. */
function listFile(passwords: readonly string[], path = join(newFolder(), 'list')): string {
  writeFileSync(path, Buffer.concat(passwords.map((each) => Buffer.from(sha1(each), 'hex').subarray(0, 8)).sort(Buffer.compare)));
  return path;
}

interface RangeServer {
  readonly url: string;
  readonly asked: { readonly url: string; readonly padding: string | undefined }[];
  readonly server: Server;
}

async function rangeServer(answer?: RequestListener): Promise<RangeServer> {
  const asked: RangeServer['asked'] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', padding: request.headers['add-padding'] as string | undefined });
    if (answer) return answer(request, response);
    const prefix = (request.url ?? '').split('/').at(-1) ?? '';
    const found = breached.map(sha1).filter((hash) => hash.startsWith(prefix));
    response.end([...found.map((hash) => `${hash.slice(5)}:7`), `${sha1('padding of the answer').slice(5)}:0`].join('\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`, asked, server };
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const register = (door: Door, house: House, password: string) => {
  const username = uniqueName();
  return door.send(house, 'register', { username, email: `${username}@example.com`, password });
};

everywhere(
  'With a file of breached passwords',
  (house, door) => {
    it('M1 register and changePassword refuse one that is in it, and take a random one', async () => {
      const refused = await register(door, house(), 'password');
      expect([refused.status, refused.code, refused.body.issues]).toEqual([400, 'WEAK_PASSWORD', refusal]);
      const person = await newPerson(house(), { password: randomBytes(12).toString('hex') });
      const change = { currentPassword: person.password, newPassword: 'correct horse battery' };
      const kept = await door.send(house(), 'changePassword', change, person.accessToken);
      expect([kept.code, kept.body.issues]).toEqual(['WEAK_PASSWORD', [expect.objectContaining({ message: 'appears in a known breach' })]]);
      expect((await door.send(house(), 'login', { username: person.username, password: person.password })).code).toBeNull();
    });

    it('M1 resetPassword refuses one that is in it, and its code is still good for another', async () => {
      const person = await newPerson(house(), { password: randomBytes(12).toString('hex') });
      await door.send(house(), 'requestPasswordReset', { email: person.email });
      const { token } = await mailbox.next(person.email, 'reset-code');
      const reset = (newPassword: string) => door.send(house(), 'resetPassword', { token, newPassword });
      const refused = await reset('correct horse battery');
      expect([refused.code, refused.body.issues]).toEqual([
        'WEAK_PASSWORD',
        [{ path: door.name === 'REST' ? 'new_password' : 'newPassword', message: 'appears in a known breach' }],
      ]);
      expect((await reset(randomBytes(12).toString('hex'))).code).toBeNull();
    });

    it('M8 finds the decomposed and the full-width spelling of one that is in it', async () => {
      for (const spelling of [composed.normalize('NFD'), 'ｐａｓｓｗｏｒｄ'])
        expect((await register(door, house(), spelling)).body.issues).toEqual(refusal);
    });

    it('the command line refuses one for a user as well', async () => {
      const { code, err } = await runCommand(house(), ['user', 'create', uniqueName(), `${uniqueName()}@example.com`], {}, 'password\n');
      expect([code, err]).toEqual([1, expect.stringContaining('appears in a known breach')]);
    });
  },
  { ...mailbox.environment, AUTH_BREACHED_PASSWORDS: `file:${join(__dirname, '../fixtures/breached-passwords')}` },
);

describe('With a service of hash ranges', () => {
  let ranges: RangeServer;
  let house: House;
  beforeAll(async () => {
    ranges = await rangeServer();
    house = await openHouse('sqlite', { AUTH_BREACHED_PASSWORDS: `range:${ranges.url}/`, METRICS_PORT: '0' });
  });
  afterAll(async () => {
    await house.close();
    await closeServer(ranges.server);
  });

  it.each(doors)('M1 M6 $name refuses one that it knows in the same words, and takes another', async (door) => {
    const refused = await register(door, house, 'password');
    expect([refused.status, refused.code, refused.body.issues]).toEqual([400, 'WEAK_PASSWORD', refusal]);
    expect((await register(door, house, randomBytes(12).toString('hex'))).code).toBeNull();
    expect((await register(door, house, 'padding of the answer')).code).toBeNull(); // seen 0 times
  });

  it('M2 five hexadecimal digits leave the house, and padding is asked for', async () => {
    const before = ranges.asked.length;
    const password = randomBytes(12).toString('hex');
    await register(doors[1] as Door, house, password);
    expect(ranges.asked.slice(before)).toEqual([{ url: `/range/${sha1(password).slice(0, 5)}`, padding: 'true' }]);
    await register(doors[1] as Door, house, password);
    expect(ranges.asked.length).toBe(before + 1); // remembered
    house.clock.advance(3_601);
    await register(doors[1] as Door, house, password);
    expect(ranges.asked.length).toBe(before + 2);
  });

  it('M9 logging in, right, wrong or as nobody, asks the service nothing', async () => {
    const person = await newPerson(house);
    const before = ranges.asked.length;
    for (const door of doors) {
      expect((await door.send(house, 'login', { username: uniqueName(), password: 'password' })).code).toBe('INVALID_CREDENTIALS');
      expect((await door.send(house, 'login', { username: person.username, password: 'password' })).code).toBe('INVALID_CREDENTIALS');
      expect((await door.send(house, 'login', { username: person.username, password: person.password })).code).toBeNull();
    }
    expect(ranges.asked.length).toBe(before);
  });

  it('counts what was found, and tells no password, hash or prefix to log and metrics', async () => {
    await register(doors[1] as Door, house, 'password');
    const metrics = await (await fetch(`http://127.0.0.1:${house.app.metricsPort}/metrics`)).text();
    expect(metrics).toMatch(/gatehouse_breached_password_checks_total\{outcome="found"\} [1-9]/);
    expect(metrics).toMatch(/gatehouse_breached_password_checks_total\{outcome="not found"\} [1-9]/);
    expect(metrics + JSON.stringify(house.log)).not.toContain(sha1('password').slice(0, 5));
  });
});

describe.each(databaseKinds)('With a service of hash ranges and a limit of registrations, on %s', (kind) => {
  const withLimit = async (ranges: RangeServer, limit: string, environment: Record<string, string> = {}) =>
    openHouse(kind, {
      AUTH_BREACHED_PASSWORDS: `range:${ranges.url}/`,
      AUTH_LIMIT_REGISTER_NETWORK: limit,
      AUTH_LIMIT_REGISTER: limit,
      ...environment,
    });
  const register4 = async (house: House, passwords: readonly string[]) => {
    const codes: (string | null)[] = [];
    for (const [turn, password] of passwords.entries()) codes.push((await register(doors[turn % 2] as Door, house, password)).code);
    return codes;
  };

  it('whoever has used up the limit is not looked up for: each one that is found costs a try', async () => {
    const ranges = await rangeServer();
    const house = await withLimit(ranges, '2');
    expect(await register4(house, ['password', 'correct horse battery', 'another quiet gate', composed])).toEqual([
      'WEAK_PASSWORD',
      'WEAK_PASSWORD',
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    expect(ranges.asked).toHaveLength(2);
    await house.close();
    await closeServer(ranges.server);
  });

  it('a look-up that fails costs none', async () => {
    const ranges = await rangeServer((_request, response) => response.writeHead(500).end());
    const house = await withLimit(ranges, '1', { AUTH_BREACHED_FAIL: 'closed' });
    const passwords = ['a quiet garden gate', 'another quiet gate', 'a third quiet gate'];
    expect(await register4(house, passwords)).toEqual(passwords.map(() => 'UNAVAILABLE'));
    await house.close();
    await closeServer(ranges.server);
  });
});

describe('M3 a service that', () => {
  const faults: Record<string, RequestListener | 'down'> = {
    'is down': 'down',
    'never answers': () => {},
    'answers slowly, byte by byte': (_request, response) => {
      const timer = setInterval(() => response.write('0'), 100);
      response.once('close', () => clearInterval(timer));
    },
    'answers 500': (_request, response) => response.writeHead(500).end(),
    'sends 10 MB': (_request, response) => response.end(`${'0'.repeat(35)}:1\r\n`.repeat(270_000)),
    'sends nonsense': (_request, response) => response.end('<html>sign in to the hotel</html>'),
    'sends a redirect': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  };

  it.each(Object.entries(faults))(
    '%s: accepted when open, with a line in audit and metric; UNAVAILABLE when closed',
    async (_what, fault) => {
      const ranges = await rangeServer(fault === 'down' ? undefined : fault);
      if (fault === 'down') await closeServer(ranges.server);
      const settings = { AUTH_BREACHED_PASSWORDS: `range:${ranges.url}` };
      const open = await openHouse('sqlite', { ...settings, METRICS_PORT: '0' });
      const closed = await openHouse('sqlite', { ...settings, AUTH_BREACHED_FAIL: 'closed' });
      for (const door of doors) {
        const startedAt = performance.now();
        expect((await register(door, open, 'password')).code).toBeNull();
        expect(performance.now() - startedAt).toBeLessThan(20_000); // a second, on a machine that has time
        const refused = await register(door, closed, 'password');
        expect([refused.status, refused.code]).toEqual([503, 'UNAVAILABLE']);
      }
      for (const house of [open, closed]) {
        const events = await house.app.services.database.client.auditEvent.findMany({ where: { event: 'password.breach_check_failed' } });
        expect(events.map(({ outcome, detail }) => [outcome, detail])).toEqual([
          ['refused', house === open ? 'range, open' : 'range, closed'],
        ]);
        house.clock.advance(61);
        await register(doors[0] as Door, house, 'password');
        expect(await house.app.services.database.client.auditEvent.count({ where: { event: 'password.breach_check_failed' } })).toBe(2);
      }
      const metrics = await (await fetch(`http://127.0.0.1:${open.app.metricsPort}/metrics`)).text();
      expect(metrics).toContain('gatehouse_breached_password_checks_total{outcome="failed"} 3');
      expect(closed.log.filter(({ msg }) => msg === 'unavailable').map(({ cause }) => cause)).toContainEqual({
        code: 'BREACHED_PASSWORDS',
      });
      await open.close();
      await closed.close();
      if (fault !== 'down') await closeServer(ranges.server);
    },
  );
});

describe('A file of breached passwords', () => {
  it('finds every entry of 100,000 and nothing else, also where they do not lie evenly', async () => {
    const hashes = Array.from({ length: 100_000 }, () => randomBytes(8));
    for (const hash of hashes.slice(0, 25_000)) hash.fill(0, 0, 4); // a quarter within one four-billionth
    const path = join(newFolder(), 'list');
    writeFileSync(path, Buffer.concat(hashes.sort(Buffer.compare)));
    const file = await openHashFile(path);
    expect(file.entries).toBe(100_000);
    const known = hashes.filter((_hash, index) => index % 97 === 0 || index < 3 || index > 99_996);
    expect(await Promise.all(known.map((hash) => file.has(Buffer.concat([hash, randomBytes(12)]))))).toEqual(known.map(() => true));
    const others = Array.from({ length: 5_000 }, (_, index) =>
      index % 2 ? randomBytes(20) : Buffer.concat([Buffer.alloc(4), randomBytes(16)]),
    );
    const listed = new Set(hashes.map((hash) => hash.toString('hex')));
    const expected = others.map((hash) => listed.has(hash.subarray(0, 8).toString('hex')));
    expect(await Promise.all(others.map((hash) => file.has(hash)))).toEqual(expected);
    await file.close();
  });

  it('M4 a hundred thousand look-ups leave no memory behind, in the file nor of ranges', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const file = await openHashFile(listFile(breached));
    const service = await rangeServer((_request, response) => response.end(`${sha1('other').slice(5)}:1\r\n`.repeat(800)));
    const ranges = createRangeClient(service.url, { now: () => 0 });
    const lookUp = async (times: number, ranged: number): Promise<void> => {
      for (let done = 0; done < times; done += 50) await Promise.all(Array.from({ length: 50 }, () => file.has(randomBytes(20))));
      for (let done = 0; done < ranged; done += 1) await ranges.has(randomBytes(20));
    };
    const heapBytes = async (): Promise<number> => {
      for (let round = 0; round < 3; round += 1) {
        collect();
        await new Promise((resolve) => setImmediate(resolve)); // what was collected tells its finalizers, which let go of more
      }
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    };
    await lookUp(20_000, 1_500); // as many ranges as are remembered, and more
    service.asked.splice(0);
    const before = await heapBytes();
    await lookUp(100_000, 2_000);
    expect(service.asked.splice(0).length).toBeGreaterThan(1_900);
    expect((await heapBytes()) - before).toBeLessThan(4 * 1024 * 1024); // 40 bytes a look-up
    await file.close();
    await closeServer(service.server);
  });

  it.each([
    ['is missing', null, 'is no file that can be read'],
    ['is empty', Buffer.alloc(0), 'is empty'],
    ['is cut off', randomBytes(13), 'is cut off'],
    ['is not sorted', Buffer.from('02'.repeat(8) + '01'.repeat(8), 'hex'), 'is not in the order of the hashes'],
  ])('M5 that %s stops the start, and says why', async (_what, content, words) => {
    const folder = newFolder();
    const path = join(folder, 'list');
    if (content !== null) writeFileSync(path, content);
    const { code, stderr } = await runGatehouse(['start'], folder, {
      PORT: '0',
      AUTH_BREACHED_PASSWORDS: `file:${path}`,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`Gatehouse cannot start: the file of AUTH_BREACHED_PASSWORDS ${words}`);
    expect(stderr).not.toContain(folder);
  });

  it('M10 that is replaced while the gateway runs is used from the next start on, and the old one as a whole until then', async () => {
    const path = listFile(['password']);
    const environment = { AUTH_BREACHED_PASSWORDS: `file:${path}` };
    const first = await openHouse('sqlite', environment);
    renameSync(listFile(['another password']), path);
    const [, door] = doors as [Door, Door];
    expect((await register(door, first, 'password')).code).toBe('WEAK_PASSWORD');
    expect((await register(door, first, 'another password')).code).toBeNull();
    const second = await openHouse('sqlite', environment);
    expect((await register(door, second, 'password')).code).toBeNull();
    expect((await register(door, second, 'another password')).code).toBe('WEAK_PASSWORD');
    await first.close();
    await second.close();
  });

  it('that is cut off under a running gateway cannot be asked: that is told, and no half of it is used', async () => {
    const path = listFile(Array.from({ length: 2_000 }, (_, index) => `password ${index}`));
    const house = await openHouse('sqlite', { AUTH_BREACHED_PASSWORDS: `file:${path}`, AUTH_BREACHED_FAIL: 'closed' });
    writeFileSync(path, Buffer.alloc(8));
    expect((await register(doors[1] as Door, house, 'password 1')).code).toBe('UNAVAILABLE');
    await house.close();
  });
});

describe('gatehouse passwords build', () => {
  const build = (...args: string[]) => runCommand({ databaseUrl: 'file:nowhere.db', environment: {} }, ['passwords', 'build', ...args]);
  const lines = (passwords: readonly string[]): string =>
    passwords
      .map((password, index) => `${sha1(password)}:${index + 1}`)
      .sort()
      .join('\r\n');

  it('makes the file from the published list, and from those alone that were seen often enough', async () => {
    const folder = newFolder();
    const [input, output] = [join(folder, 'list.txt'), join(folder, 'list')];
    writeFileSync(input, `\uFEFF${lines(breached)}\r\n`);
    const built = await build(input, output, '--json');
    expect([built.code, JSON.parse(built.out)]).toEqual([0, { file: output, entries: 3, bytes: 24 }]);
    const few = await build(input, output, '--min-count', '3');
    expect([few.code, few.out]).toEqual([0, `${output} has 1 hashes (8 bytes). Set AUTH_BREACHED_PASSWORDS=file:${output}\n`]);
    const file = await openHashFile(output);
    expect(await Promise.all(breached.map((each) => file.has(Buffer.from(sha1(each), 'hex'))))).toEqual([false, false, true]);
    await file.close();
  });

  it('makes it from a folder of range files', async () => {
    const folder = newFolder();
    const ranges = join(folder, 'ranges');
    mkdirSync(ranges);
    for (const each of breached) writeFileSync(join(ranges, `${sha1(each).slice(0, 5)}.txt`), `${sha1(each).slice(5)}:9\n`);
    const output = join(folder, 'list');
    expect(await build(ranges, output)).toMatchObject({ code: 0 });
    const file = await openHashFile(output);
    expect(await Promise.all(breached.map((each) => file.has(Buffer.from(sha1(each), 'hex'))))).toEqual([true, true, true]);
    await file.close();
  });

  it.each([
    ['is not there', null, 'the input is no file or folder that can be read'],
    ['is not sorted', `${sha1('password')}:1\n${'0'.repeat(40)}:1`, 'input, line 2: is not in the order of the hashes'],
    ['is of NTLM hashes', `${'0'.repeat(32)}:1`, 'input, line 1: is no SHA-1 hash with a count, but an NTLM hash'],
    ['is no list', 'c4nary', 'input, line 1: is no SHA-1 hash with a count'],
    ['is empty', '', 'no hash is left'],
  ])('refuses an input that %s, and leaves the file that is there as it is', async (_what, content, words) => {
    const folder = newFolder();
    const [input, output] = [join(folder, 'input'), join(folder, 'list')];
    if (content !== null) writeFileSync(input, content);
    listFile(['password'], output);
    const refused = await build(input, output);
    expect([refused.code, refused.out, refused.err]).toEqual([1, '', expect.stringContaining(words)]);
    expect(refused.err).not.toContain('c4nary');
    const file = await openHashFile(output);
    expect(file.entries).toBe(1);
    await file.close();
  });
});
