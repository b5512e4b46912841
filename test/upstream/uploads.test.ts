// Gateway, check 12 (uploads), and of check 6 its row "upload"; chapter 4.9 and the traps 1, 3 and 4 as far as they are about files.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Busboy } from '@fastify/busboy';
import { openForm, textOf } from '../../src/upstream/uploads/form';
import { writtenForm } from '../../src/upstream/uploads/form-writer';
import type { House } from '../support/house';
import { openBefore } from '../support/shop';
import { until } from '../support/until';
import { sha256 } from '../support/upstream';
import { newVisitor, type Visitor } from '../support/visitors';

const sdl = `
  scalar Upload
  input Picture { title: String, file: Upload }
  type Query { weigh(file: Upload): Int }
  type Mutation { attach(file: Upload!): Int, attachAll(pictures: [Picture!]!): Int, publish(file: Upload!): Int, approve(file: Upload!): Int }
  type Subscription { ticks: Int }
`;
const fields = {
  'Query.weigh': 'public',
  'Mutation.attach': 'authenticated',
  'Mutation.attachAll': 'authenticated',
  'Mutation.publish': 'public',
  'Mutation.approve': ['SUPPORT'],
  'Subscription.ticks': 'public',
};

interface Received {
  readonly operations: { readonly query: string; readonly variables: unknown };
  readonly map: unknown;
  readonly files: {
    readonly name: string;
    readonly fileName: string;
    readonly type: string;
    readonly bytes: number;
    readonly digest: string;
  }[];
}

/** A service that takes forms: it reads them as they come, and keeps digests. */
const service = {
  begun: 0,
  broken: 0,
  received: [] as Received[],
  headers: [] as Readonly<Record<string, unknown>>[],
  answer: undefined as ((response: ServerResponse) => void) | undefined,
};
let server: Server;
const serviceUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
let house: House;
let kate: Visitor;

beforeAll(async () => {
  server = createServer((request, response) => {
    service.begun += 1;
    service.headers.push(request.headers);
    request.on('close', () => {
      if (!request.complete) service.broken += 1;
    });
    if (service.answer) return service.answer(response);
    const texts: Record<string, string> = {};
    const files: Received['files'] = [];
    const reader = new Busboy({ headers: { 'content-type': String(request.headers['content-type']) }, preservePath: true });
    reader.on('field', (name, text) => {
      texts[name] = text;
    });
    reader.on('file', (name, content, fileName, _encoding, type) => {
      const digest = createHash('sha256');
      let bytes = 0;
      content.on('data', (piece: Buffer) => {
        bytes += piece.length;
        digest.update(piece);
      });
      content.on('error', () => undefined);
      content.on('end', () => files.push({ name, fileName, type, bytes, digest: digest.digest('hex') }));
    });
    reader.on('error', () => undefined);
    reader.on('finish', () => {
      service.received.push({ operations: JSON.parse(texts.operations ?? ''), map: JSON.parse(texts.map ?? ''), files });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"attach":1}}');
    });
    return request.pipe(reader);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  house = await openBefore({ url: serviceUrl() }, { sdl, upstream: { uploads: {}, identity: 'jwt' }, endpoint: { fields } });
  kate = await newVisitor(house);
});
afterAll(async () => {
  await house.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  Object.assign(service, { begun: 0, broken: 0, received: [], headers: [], answer: undefined });
});

const attach = 'mutation Attach($file: Upload!) { attach(file: $file) }';
const operations = (query: string, variables: unknown = { file: null }, more: object = {}): string =>
  JSON.stringify({ query, variables, ...more });
const oneFile = JSON.stringify({ 0: ['variables.file'] });

type Part = [name: string, content: string | Blob, fileName?: string];
const small: Part = ['0', new Blob(['hello'], { type: 'text/plain' }), 'hello.txt'];

const formOf = (parts: readonly Part[]): FormData => {
  const form = new FormData();
  for (const [name, content, fileName] of parts) {
    if (typeof content === 'string') form.append(name, content);
    else form.append(name, content, fileName);
  }
  return form;
};

async function post(
  parts: readonly Part[] | FormData,
  headers: Record<string, string> = { authorization: `Bearer ${kate.accessToken}` },
  on = house,
) {
  const body = parts instanceof FormData ? parts : formOf(parts);
  const response = await fetch(`${on.url}/graphql`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, text, code: JSON.parse(text).errors?.[0]?.extensions?.code ?? null };
}

describe('an upload', () => {
  it('12: of 9.9 MB arrives byte for byte, with the identity, in a form of our own', async () => {
    const bytes = randomBytes(9_900_000);
    const answer = await post([
      ['operations', operations(attach)],
      ['map', oneFile],
      ['0', new Blob([bytes]), 'big.bin'],
    ]);
    expect(answer).toEqual({ status: 200, text: '{"data":{"attach":1}}', code: null });
    const [received] = service.received;
    expect(received?.files).toEqual([
      {
        name: '0',
        fileName: 'big.bin',
        type: 'application/octet-stream',
        bytes: 9_900_000,
        digest: createHash('sha256').update(bytes).digest('hex'),
      },
    ]);
    expect([received?.operations, received?.map]).toEqual([{ query: attach, variables: { file: null } }, { 0: ['variables.file'] }]);
    expect(service.headers[0]?.authorization).toMatch(/^Bearer ey/);
    expect(service.headers[0]?.authorization).not.toBe(`Bearer ${kate.accessToken}`);
  });

  it('12: is read no faster than the service takes it, so that memory does not grow with the file', async () => {
    let pulled = 0;
    const piece = Buffer.alloc(64 * 1024, 'x');
    const head = (name: string, more = '') => `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
    function* bytes() {
      yield Buffer.from(`${head('operations')}{}\r\n${head('map')}{}\r\n${head('0', '; filename="f"')}`);
      for (let turn = 0; turn < 150; turn += 1) {
        pulled += piece.length;
        yield piece;
      }
      yield Buffer.from('\r\n--b--\r\n');
    }
    const bounds = { maxFiles: 1, maxFileBytes: 20_000_000, maxBytes: 20_000_000 };
    const form = await openForm(Readable.from(bytes()), 'multipart/form-data; boundary=b', bounds);
    await textOf(form, 'operations', 100);
    await textOf(form, 'map', 100);
    const { write } = await writtenForm('{}', [{ name: '0', paths: ['variables.file'] }], form);
    const waiting: (() => void)[] = [];
    let taken = 0;
    const target = new Writable({
      highWaterMark: 16 * 1024,
      write: (chunk: Buffer, _encoding, done) => {
        taken += chunk.length;
        waiting.push(done);
      },
    });
    const writing = write(target as never, new AbortController().signal, () => undefined);
    await until('a first piece', () => waiting.length > 0);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(pulled).toBeLessThan(1_000_000);
    target.on('finish', () => undefined);
    const drained = setInterval(() => waiting.shift()?.(), 0);
    await writing;
    clearInterval(drained);
    for (const done of waiting.splice(0)) done();
    expect(taken).toBeGreaterThan(9_000_000);
  });

  it('12: of 10.1 MB is 413, and what the service has of it breaks off', async () => {
    const answer = await post([
      ['operations', operations(attach)],
      ['map', oneFile],
      ['0', new Blob([Buffer.alloc(10_600_000)]), 'big.bin'],
    ]);
    expect([answer.status, answer.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    await until('the end of its request', () => service.broken === service.begun);
    expect(service.received).toEqual([]);
  });

  it('12: of more than all may be together is 413 before it is read', async () => {
    const big = new Blob([Buffer.alloc(9_000_000)]);
    const map = JSON.stringify({ 0: ['variables.pictures.0.file'], 1: ['variables.pictures.1.file'], 2: ['variables.pictures.2.file'] });
    const query = 'mutation All($pictures: [Picture!]!) { attachAll(pictures: $pictures) }';
    const variables = { pictures: [{ file: null }, { file: null }, { file: null }] };
    const parts: Part[] = [
      ['operations', operations(query, variables)],
      ['map', map],
      ['0', big, 'a'],
      ['1', big, 'b'],
      ['2', big, 'c'],
    ];
    const answer = await post(parts);
    expect([answer.status, answer.code, service.begun]).toEqual([413, 'PAYLOAD_TOO_LARGE', 0]);
  });

  it('of several files goes on in the order of the map, each where it belongs, digits as they were written', async () => {
    const map = '{"1": ["variables.pictures.1.file"], "0": ["variables.pictures.0.file"]}'; // an object would have 0 first
    const query = 'mutation All($pictures: [Picture!]!) { attachAll(pictures: $pictures) }';
    const text = `{"query":${JSON.stringify(query)},"variables":{"pictures":[{"title":"1.10","file":null},{"file":null}],"other":1}}`;
    const answer = await post([
      ['operations', text],
      ['map', map],
      ['1', new Blob(['1']), 'one.txt'],
      ['0', new Blob(['2'], { type: 'image/png' }), '2'],
    ]);
    expect(answer.status).toBe(200);
    expect(service.received[0]?.operations).toEqual({ query, variables: { pictures: [{ title: '1.10', file: null }, { file: null }] } });
    expect(service.received[0]?.map).toEqual({ 0: ['variables.pictures.1.file'], 1: ['variables.pictures.0.file'] });
    expect(service.received[0]?.files.map(({ name, fileName, type, digest }) => [name, fileName, type, digest])).toEqual([
      ['0', 'one.txt', 'application/octet-stream', sha256('1')],
      ['1', '2', 'image/png', sha256('2')],
    ]);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['..', 'file'],
    ['a\u202egpj.exe', 'a_gpj.exe'],
    ['ä\u0000ö.txt', 'ä_ö.txt'],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('has the name %j cleaned', async (given, cleaned) => {
    await post([
      ['operations', operations(attach)],
      ['map', oneFile],
      ['0', new Blob(['1']), given],
    ]);
    expect(service.received[0]?.files[0]?.fileName).toBe(cleaned);
  });

  it('may be a query as well, and may be for everybody where the policy says so', async () => {
    const open = await openBefore({ url: serviceUrl() }, { sdl, upstream: { uploads: { anonymous: true } }, endpoint: { fields } });
    try {
      const parts: Part[] = [['operations', operations('query ($file: Upload) { weigh(file: $file) }')], ['map', oneFile], small];
      const preflight = { 'apollo-require-preflight': 'true' };
      expect((await post(parts, preflight, open)).status).toBe(200);
      const closed = await post([['operations', operations(attach)], ['map', oneFile], small], preflight, open);
      expect([closed.status, closed.code, service.begun]).toEqual([401, 'UNAUTHENTICATED', 1]);
    } finally {
      await open.close();
    }
  });
});

describe('a form is refused, and the service has seen nothing', () => {
  const good: Part[] = [['operations', operations(attach)], ['map', oneFile], small];
  const withMap = (map: string): Part[] => [['operations', operations(attach)], ['map', map], small];

  it.each<[string, Part[]]>([
    ['with a second operations part', [['operations', operations(attach)], ['operations', operations(attach)], ['map', oneFile], small]],
    [
      'with a second operations part behind the map',
      [['operations', operations(attach)], ['map', oneFile], ['operations', operations(attach)], small],
    ],
    [
      'with a file that is not mapped',
      [
        ['operations', operations(attach)],
        ['map', oneFile],
        ['1', new Blob(['x']), 'x'],
      ],
    ],
    ['with the map first', [['map', oneFile], ['operations', operations(attach)], small]],
    ['without a map', [['operations', operations(attach)], small]],
    [
      'without its file',
      [
        ['operations', operations(attach)],
        ['map', oneFile],
      ],
    ],
    [
      'with a text in the place of a file',
      [
        ['operations', operations(attach)],
        ['map', oneFile],
        ['0', 'text'],
      ],
    ],
    ['with nothing', []],
    ['with operations that are no JSON', [['operations', '{'], ['map', oneFile], small]],
    ['with a list of operations', [['operations', `[${operations(attach)}]`], ['map', '{"0":["0.variables.file"]}'], small]],
    ['with an operation of ours', [['operations', operations('mutation { logout { endedSessions } }')], ['map', oneFile], small]],
    ['with one of both', [['operations', operations('query ($file: Upload) { me { id } weigh(file: $file) }')], ['map', oneFile], small]],
    ['with a subscription', [['operations', operations('subscription { ticks }')], ['map', oneFile], small]],
    ['with a map that is empty', withMap('{}')],
    ['with a map that is a list', withMap('["variables.file"]')],
    ['with a map to something that is not null', [['operations', operations(attach, { file: 1 })], ['map', oneFile], small]],
    ['with a map to what is not there', withMap('{"0":["variables.other"]}')],
    ['with a map into the prototype', withMap('{"0":["variables.__proto__"]}')],
    [
      'with a map into what all objects share',
      [
        ['operations', operations('mutation ($x: Picture!) { attachAll(pictures: [$x]) }', { x: { constructor: { a: null } } })],
        ['map', '{"0":["variables.x.constructor.a"]}'],
        small,
      ],
    ],
    ['with a map to the query', withMap('{"0":["query"]}')],
    ['with a place that is mapped twice', withMap('{"0":["variables.file"],"1":["variables.file"]}')],
    ['with no place for a file', withMap('{"0":[]}')],
    [
      'with more files than may be',
      withMap(JSON.stringify(Object.fromEntries(Array.from({ length: 6 }, (_, index) => [index, ['variables.file']])))),
    ],
  ])('12: %s', async (_name, parts) => {
    const { status, code, text } = await post(parts);
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
    expect(JSON.parse(text).errors[0].extensions.issues[0].message).not.toBe('');
    expect(service.begun).toBe(0);
  });

  it.each<[string, Record<string, string>]>([
    ['with neither an access token nor a header that is asked for', {}],
    ['with credentials that a browser sends by itself', { authorization: 'Basic eDp5', cookie: '__Host-gatehouse_refresh=ghr_x' }],
  ])('12: %s', async (_name, headers) => {
    const { status, code } = await post(good, headers);
    expect([status, code, service.begun]).toEqual([400, 'BAD_REQUEST', 0]);
  });

  it.each(['apollo-require-preflight', 'x-apollo-operation-name', 'graphql-require-preflight'])(
    '12: of nobody, though %s is there: files need a session',
    async (name) => {
      const { status, code } = await post(good, { [name]: '1' });
      expect([status, code, service.begun]).toEqual([401, 'UNAUTHENTICATED', 0]);
      const open = await post([['operations', operations('mutation ($file: Upload!) { publish(file: $file) }')], ['map', oneFile], small], {
        [name]: '1',
      });
      expect([open.status, open.code, service.begun]).toEqual([401, 'UNAUTHENTICATED', 0]);
    },
  );

  it('6: with a field that its sender may not have', async () => {
    const query = 'mutation ($file: Upload!) { attach(file: $file) ... on Mutation @include(if: false) { x: approve(file: $file) } }';
    const { status, code } = await post([['operations', operations(query)], ['map', oneFile], small]);
    expect([status, code, service.begun]).toEqual([403, 'FORBIDDEN', 0]);
  });

  it('with a token of a session that has ended', async () => {
    const gone = await newVisitor(house);
    await house.app.services.users.revokeSessions(gone.id);
    const { status, code } = await post(good, { authorization: `Bearer ${gone.accessToken}` });
    expect([status, code, service.begun]).toEqual([401, 'UNAUTHENTICATED', 0]);
  });

  it('where the policy takes none, whatever its headers', async () => {
    const without = await openBefore({ url: serviceUrl() }, { sdl, endpoint: { fields } });
    try {
      const { status, code } = await post(good, { authorization: 'Bearer x', 'apollo-require-preflight': '1' }, without);
      expect([status, code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    } finally {
      await without.close();
    }
  });

  it('with a part that is no form-data and comes in one piece: it is answered, and keeps no place', async () => {
    const stray = `--b\r\n\r\n${'x'.repeat(40_000)}\r\n`;
    const whole = `${rawForm}hello\r\n`;
    const send = async (body: string) => {
      const headers = { authorization: `Bearer ${kate.accessToken}`, 'content-type': 'multipart/form-data; boundary=b' };
      return (await fetch(`${house.url}/graphql`, { method: 'POST', headers, body, signal: AbortSignal.timeout(120_000) })).status;
    };
    expect(await send(`${stray}--b--\r\n`)).toBe(400);
    expect(await send(`${whole}${stray}--b--\r\n`)).toBe(200);
  });

  it('that its reader never comes to the end of, though all of it has arrived', async () => {
    const stuck = Object.assign(new Readable({ read: () => undefined }), { complete: true });
    stuck.push('--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\nx');
    const form = await openForm(stuck, 'multipart/form-data; boundary=b', { maxFiles: 1, maxFileBytes: 100, maxBytes: 1_000 }, 50);
    await expect(textOf(form, 'operations', 100)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('without a boundary, or broken off before its end', async () => {
    const send = async (contentType: string, body: string) => {
      const headers = { authorization: `Bearer ${kate.accessToken}`, 'content-type': contentType };
      const response = await fetch(`${house.url}/graphql`, { method: 'POST', headers, body });
      return [response.status, JSON.parse(await response.text()).errors[0].extensions.code];
    };
    expect(await send('multipart/form-data', 'x')).toEqual([400, 'BAD_REQUEST']);
    const cut = `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${operations(attach)}`;
    expect(await send('multipart/form-data; boundary=b', cut)).toEqual([400, 'BAD_REQUEST']);
    expect(service.begun).toBe(0);
  });
});

/** A form of which a test sends the bytes. */
async function openRaw(headers: readonly string[] = [`authorization: Bearer ${kate.accessToken}`], length = 2_000, on = house) {
  const { port, hostname } = new URL(on.url);
  const socket = connect(Number(port), hostname);
  const heard = { text: '', isClosed: false };
  socket.on('data', (piece) => {
    heard.text += piece.toString();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    heard.isClosed = true;
  });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: x',
    'content-type: multipart/form-data; boundary=b',
    `content-length: ${length}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return { socket, heard };
}
const rawForm = [
  `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${operations(attach)}\r\n`,
  `--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n${oneFile}\r\n`,
  '--b\r\ncontent-disposition: form-data; name="0"; filename="f"\r\n\r\n',
].join('');

describe('while a form comes', () => {
  it('a client that goes away takes the request to the service with it', async () => {
    const { socket } = await openRaw();
    socket.write(`${rawForm}abc`);
    await until('the request to the service', () => service.begun === 1);
    socket.destroy();
    await until('its end', () => service.broken === 1);
    expect(service.received).toEqual([]);
  });

  it('its own slowness is no failure of the service', async () => {
    const impatient = await openBefore({ url: serviceUrl() }, { sdl, upstream: { uploads: {}, timeoutMs: 2_000 }, endpoint: { fields } });
    try {
      const sam = await newVisitor(impatient);
      const rest = 'c\r\n--b--\r\n';
      const { socket, heard } = await openRaw([`authorization: Bearer ${sam.accessToken}`], rawForm.length + 2 + rest.length, impatient);
      socket.write(`${rawForm}ab`);
      await until('the request to the service', () => service.begun === 1);
      await sleep(2_500); // longer than timeoutMs
      socket.write(rest);
      await until('the answer', () => heard.text.includes('"attach":1'));
      expect(heard.text).toMatch(/^HTTP\/1.1 200/);
      socket.destroy();
    } finally {
      await impatient.close();
    }
  });

  it('a service that answers before its end is heard, and others are served', async () => {
    service.answer = (response) =>
      void response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":[{"message":"no"}]}');
    const answer = await post([
      ['operations', operations(attach)],
      ['map', oneFile],
      ['0', new Blob([Buffer.alloc(5_000_000)]), 'f'],
    ]);
    expect([answer.status, answer.text]).toEqual([403, '{"errors":[{"message":"no"}]}']);
    service.answer = undefined;
    expect((await post([['operations', operations(attach)], ['map', oneFile], small])).status).toBe(200);
  });

  it('the body is asked for once the head is acceptable, and not before (Expect: 100-continue)', async () => {
    const refused = await openRaw(['expect: 100-continue']);
    await until('the refusal', () => refused.heard.text.includes('BAD_REQUEST'));
    expect(refused.heard.text).toMatch(/^HTTP\/1.1 400/);
    refused.socket.destroy();
    const taken = await openRaw(['expect: 100-continue', `authorization: Bearer ${kate.accessToken}`], rawForm.length + 12);
    await until('the word to go on', () => taken.heard.text.includes('100 Continue'));
    taken.socket.write(`${rawForm}abc\r\n--b--\r\n`.slice(0, rawForm.length + 12));
    await until('the answer', () => taken.heard.text.includes('"attach":1'));
    taken.socket.destroy();
  });
});

it('a policy whose bounds of files do not fit stops the start, and says so', async () => {
  const opening = openBefore(
    { url: 'http://127.0.0.1:1/graphql' },
    { sdl, endpoint: { fields }, upstream: { uploads: { maxFileBytes: 2, maxBytes: 1 } } },
  );
  await expect(opening).rejects.toThrow(/uploads.*maxFileBytes/);
});
