// Gateway, sections 4.5 and 4.6: whose a stream is, what it was let in by, and that it ends with that.
import type { ServerResponse } from 'node:http';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { setUser } from '../support/set-user';
import { openShop, type Shop, shopEnvironment } from '../support/shop';
import { greeted, type Plain, plainSocket } from '../support/socket';
import { type StreamShop, withStreams } from '../support/stream-shop';
import { until } from '../support/until';
import { manifestOf } from '../support/upstream';

let shop: Shop;
let streams: StreamShop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  streams = withStreams(shop);
  const upstream = { subscriptions: {}, timeoutMs: 120_000 };
  const endpoint = { documents: { file: 'documents.json', mode: 'audit' } };
  house = await openHouse(
    'sqlite',
    shopEnvironment(shop.url, { upstream, endpoint, files: { 'documents.json': manifestOf({ known: '{ fails }' }) } }),
  );
});
afterAll(async () => {
  await house.close();
  await shop.close();
});
beforeEach(() => {
  shop.requests.length = 0;
  streams.connections.length = 0;
  shop.answer = undefined;
});

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const runs = ({ messages }: Plain, wanted: string) =>
  until('it runs', () => messages.some(({ type, id }) => type === 'next' && id === wanted));
const logOut = (token: string) => fetch(`${house.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });

const openEvents = (query: string, token: string): Promise<Response> =>
  fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });

/** A stream of the service, which a test writes. */
async function heldStream(query: string, token: string): Promise<{ readonly service: ServerResponse; readonly answer: Promise<Response> }> {
  let service: ServerResponse | undefined;
  shop.answer = (_request, response) => {
    service = response;
  };
  const answer = openEvents(query, token);
  await until('the service is asked', () => service !== undefined);
  return { service: service as unknown as ServerResponse, answer };
}

const head = { 'content-type': 'text/event-stream' };
const last = /event: next\ndata: (.*)\n\nevent: complete\ndata: \n\n$/;

describe('a socket', () => {
  it('that closes late takes nothing from the one that came after it', async () => {
    const short = await openHouse(
      'sqlite',
      shopEnvironment(shop.url, { upstream: { subscriptions: {} }, environment: { AUTH_ACCESS_TOKEN_SECONDS: '5' } }),
    );
    const person = await newPerson(short);
    const [late, prompt] = [await greeted(short, person.accessToken), await greeted(short, person.accessToken)];
    late.socket.pause(); // it does not see that it is closed
    short.clock.advance(60);
    await until('both have ended', () => prompt.closed() === 4403);
    const { body } = await rest.send(short, 'refresh', { refreshToken: person.refreshToken });
    const next = await greeted(short, body.accessToken);
    late.socket.resume();
    await until('the late one is closed', () => late.closed() !== undefined);
    await fetch(`${short.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${body.accessToken}` } });
    await until('the next one has ended with its session', () => next.closed() !== undefined, 20_000);
    expect([next.closed(), next.reason()]).toEqual([4401, 'REVOKED']);
    await short.close();
  });

  it('that was opened with a refused token stays nobody’s, also when the token would be good again', async () => {
    const { accessToken, id } = await newPerson(house);
    await setUser(house, id, { disabledAt: new Date() });
    const plain = await greeted(house, accessToken);
    await setUser(house, id, { disabledAt: null });
    plain.say(subscribe('1', '{ orders { id } }'));
    await until('it is answered', () => plain.messages.length > 0);
    expect(plain.messages).toEqual([
      {
        id: '1',
        type: 'error',
        payload: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'REVOKED' }) })],
      },
    ]);
    plain.socket.terminate();
  });

  it('speaks to the service as who its caller is now: another role is another socket', async () => {
    const { accessToken, id } = await newPerson(house);
    const plain = await greeted(house, accessToken);
    plain.say(subscribe('a', 'subscription { ticks }'));
    await runs(plain, 'a');
    plain.say(subscribe('same', 'subscription { ticks }'));
    await runs(plain, 'same');
    await setUser(house, id, { roles: 'SUPPORT' });
    plain.say(subscribe('b', 'subscription { orderTicks }'));
    await runs(plain, 'b');
    expect(streams.connections.map(({ headers }) => headers['x-auth-roles'])).toEqual(['', 'SUPPORT']);
    plain.socket.terminate();
    await until('the service has ended them', () => streams.running() === 0);
  });

  it('runs each operation for itself, also under an id that is used again at once', async () => {
    const plain = await greeted(house);
    for (let time = 0; time < 5; time += 1) {
      plain.say(subscribe('1', 'subscription { ticks(every: 1) }'));
      plain.say({ id: '1', type: 'complete' });
    }
    plain.say(subscribe('1', 'subscription { ticks(every: 1) }'));
    await until('it runs', () => plain.messages.length > 10);
    expect(plain.messages.map(({ type, payload }) => [type, payload.data?.ticks]).slice(0, 10)).toEqual(
      Array.from({ length: 10 }, (_, tick) => ['next', tick]),
    );
    await until('one runs', () => streams.running() === 1);
    plain.socket.terminate();
    await until('the service has ended it', () => streams.running() === 0);
  });

  it('asks the service no further for a query that was completed', async () => {
    shop.cancelled.length = 0;
    shop.answer = () => undefined;
    const plain = await greeted(house);
    plain.say(subscribe('1', '{ products { id } }'));
    await until('the service is asked', () => shop.requests.length === 1);
    plain.say({ id: '1', type: 'complete' });
    await until('the service has seen it', () => shop.cancelled.length === 1, 60_000); // sooner than by timeoutMs
    plain.socket.terminate();
  });

  it('counts what is not trusted once', async () => {
    const plain = await plainSocket(house, { 'apollographql-client-name': 'till' });
    plain.say({ type: 'connection_init' });
    plain.say(subscribe('1', 'query Once { products { id } }'));
    plain.say(subscribe('2', 'subscription Once { ticks }'));
    await until('both are answered', () => ['1', '2'].every((each) => plain.messages.some(({ id }) => id === each)));
    plain.socket.terminate();
    const lines = house.log.filter(({ msg, operationName }) => msg === 'a document that is not trusted' && operationName === 'Once');
    expect(lines.map(({ client }) => client)).toEqual(['till', 'till']);
  });

  it('refuses what is no operation, a subscription as any other', async () => {
    const plain = await greeted(house);
    for (const [id, query] of [
      ['1', '{ products { id } }'],
      ['2', 'subscription { ticks }'],
    ])
      plain.say({ id, type: 'subscribe', payload: { query, variables: 5 } });
    await until('both are answered', () => plain.messages.length >= 2);
    expect(plain.messages.map(({ payload }) => payload[0]?.extensions.code)).toEqual(['BAD_REQUEST', 'BAD_REQUEST']);
    plain.socket.terminate();
  });
});

describe('the caller’s own token', () => {
  it('is the one of this moment, for queries and for streams', async () => {
    const own = await openHouse('sqlite', shopEnvironment(shop.url, { upstream: { subscriptions: {}, identity: 'token' } }));
    const person = await newPerson(own);
    const plain = await greeted(own, person.accessToken);
    plain.say(subscribe('1', '{ orders { id } }'));
    await runs(plain, '1');
    plain.say(subscribe('2', 'subscription { ticks }'));
    await runs(plain, '2');
    const { body } = await rest.send(own, 'refresh', { refreshToken: person.refreshToken });
    plain.say({ type: 'ping', payload: { accessToken: body.accessToken } });
    plain.say(subscribe('3', '{ orders { id } }'));
    await runs(plain, '3');
    plain.say(subscribe('4', 'subscription { ticks }'));
    await runs(plain, '4');
    const both = [`Bearer ${person.accessToken}`, `Bearer ${body.accessToken}`];
    expect(shop.requests.map(({ headers }) => headers.authorization)).toEqual(both);
    expect(streams.connections.map(({ params }) => (params as { authorization: string }).authorization)).toEqual(both);
    plain.socket.terminate();
    await own.close();
  });
});

describe('a stream over HTTP', () => {
  it('whose session has ended while it was being opened ends at once', async () => {
    const { accessToken } = await newPerson(house);
    const { service, answer } = await heldStream('subscription { ticks }', accessToken);
    await logOut(accessToken);
    service.writeHead(200, head).write('event: next\ndata: {"data":{"ticks":1}}\n\n');
    const text = await (await answer).text();
    expect(text).not.toContain('ticks');
    expect(JSON.parse(last.exec(text)?.[1] ?? '').errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'REVOKED' });
  });

  it('ends when the role that let it in is taken away, and not before', async () => {
    const { accessToken, id } = await newPerson(house);
    await setUser(house, id, { roles: 'SUPPORT OTHER' });
    const { service, answer } = await heldStream('subscription { orderTicks }', accessToken);
    service.writeHead(200, head).write('event: next\ndata: {"data":{"orderTicks":1}}\n\n');
    const reader = ((await answer).body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('"orderTicks":1');
    await setUser(house, id, { roles: 'SUPPORT' });
    service.write('event: next\ndata: {"data":{"orderTicks":2}}\n\n');
    expect((await reader.read()).value).toContain('"orderTicks":2');
    await setUser(house, id, { roles: '' });
    expect(JSON.parse(last.exec((await reader.read()).value ?? '')?.[1] ?? '').errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await reader.read()).done).toBe(true);
  });

  it('is read as its client reads: a deferred answer of many MiB arrives whole, and so does one of a single large part', async () => {
    const { accessToken } = await newPerson(house);
    const part = (units: number): string => `\r\ncontent-type: application/json\r\n\r\n{"data":"${'x'.repeat(units)}"}\r\n---`;
    for (const parts of [Array.from({ length: 40 }, () => part(100_000)), [part(3_000_000)]]) {
      shop.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'multipart/mixed; boundary="-"' });
        for (const each of ['---', ...parts]) response.write(each);
        response.end('--\r\n');
      };
      const answer = await fetch(`${house.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'multipart/mixed', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ query: '{ products { id ... @defer { name } } }' }),
      });
      expect((await answer.text()) === `---${parts.join('')}--\r\n`).toBe(true);
    }
  });

  it.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('passes each message on as it comes, also with %s for the end of a line', async (_name, end) => {
    const { accessToken } = await newPerson(house);
    const { service, answer } = await heldStream('subscription { ticks }', accessToken);
    service.writeHead(200, head).write(`event: next${end}data: {"data":{"ticks":1}}${end}${end}event: next${end}`);
    const reader = ((await answer).body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe(`event: next${end}data: {"data":{"ticks":1}}${end}${end}`);
    service.end(`data: {"data":{"ticks":2}}${end}${end}event: complete${end}data:${end}${end}`);
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest += next.value;
    expect(rest).toBe(`event: next${end}data: {"data":{"ticks":2}}${end}${end}event: complete${end}data:${end}${end}`);
  });
});

it('a defect in a socket is told in the log, and its operation is answered', async () => {
  const plain = await greeted(house);
  const { sessionCheck } = house.app.services as unknown as { sessionCheck: { authenticate: unknown } };
  const { authenticate } = sessionCheck;
  house.expectDefects();
  try {
    sessionCheck.authenticate = () => Promise.reject(new Error('a defect of a test'));
    plain.say(subscribe('1', 'subscription { ticks }'));
    await until('it is answered', () => plain.messages.length > 0);
  } finally {
    sessionCheck.authenticate = authenticate;
  }
  expect(plain.messages[0].payload[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(house.log.filter(({ msg }) => msg === 'defect')).toHaveLength(1);
  plain.socket.terminate();
});
