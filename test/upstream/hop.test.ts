// Gateway, checks 10 and 11; traps 3, 4, 5, 6, 14.
import { setTimeout as sleep } from 'node:timers/promises';
import { newPerson, postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';
import { until } from '../support/until';

let shop: Shop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop, { upstream: { timeoutMs: 300, maxAnswerBytes: 2_000, connections: 4 } });
});
afterAll(async () => {
  await house.close();
  await shop.close();
});
beforeEach(() => {
  shop.requests.length = 0;
  shop.cancelled.length = 0;
  shop.executed.clear();
  shop.answer = undefined;
});

const code = async (query: string, token?: string): Promise<unknown[]> => {
  const { status, body } = await postGraphQL(house, query, {}, token);
  return [status, body.errors?.[0].extensions.code ?? null];
};

describe('the service behind', () => {
  it('10: may die in the middle: queries are told at once, the log-in works, and it is found again', async () => {
    const { accessToken } = await newPerson(house);
    expect(await code('mutation { buy }', accessToken)).toEqual([200, null]);
    await shop.close();
    expect(await code('{ products { id } }')).toEqual([502, 'UPSTREAM_UNREACHABLE']);
    expect(await code('mutation { buy }', accessToken)).toEqual([502, 'UPSTREAM_UNREACHABLE']);
    for (let time = 0; time < 25; time += 1) expect((await code('{ products { id } }'))[1]).toBe('UPSTREAM_UNREACHABLE');
    expect((await postGraphQL(house, '{ me { id } products { id } }', {}, accessToken)).body.data).toBeNull();
    expect((await postGraphQL(house, '{ me { id } fails }', {}, accessToken)).body).toMatchObject({
      data: { me: { id: expect.any(String) }, fails: null },
      errors: [{ path: ['fails'], extensions: { code: 'UPSTREAM_UNREACHABLE' } }],
    });
    expect((await newPerson(house)).accessToken).toEqual(expect.any(String));
    expect(await (await fetch(`${house.url}/ready`)).json()).toEqual({ status: 'ok', upstream: 'down' });
    await shop.reopen();
    await until('the shop has seen it', async () => (await code('{ products { id } }'))[0] === 200);
    expect(await (await fetch(`${house.url}/ready`)).json()).toEqual({ status: 'ok' });
    expect(shop.executed.get('buy')).toBe(1);
  });

  it('10: a query is asked once more where its connection closed before an answer, a mutation never', async () => {
    const { accessToken } = await newPerson(house);
    shop.answer = (_request, response) => response.destroy();
    expect(await code('{ products { id } }')).toEqual([502, 'UPSTREAM_FAILED']);
    expect(shop.requests).toHaveLength(2);
    shop.requests.length = 0;
    expect(await code('mutation { buy }', accessToken)).toEqual([502, 'UPSTREAM_FAILED']);
    expect(shop.requests).toHaveLength(1);
  });

  it('11: is not waited for longer than timeoutMs, and sees its request cancelled', async () => {
    shop.answer = () => undefined;
    expect(await code('{ products { id } }')).toEqual([504, 'UPSTREAM_TIMEOUT']);
    await until('the shop has seen it', async () => shop.cancelled.length === 1);
    shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":');
    expect(await code('{ products { id } }')).toEqual([504, 'UPSTREAM_TIMEOUT']);
    await until('the shop has seen it', async () => shop.cancelled.length === 2);
  });

  it('11: sees a query cancelled whose client has gone, and a mutation not', async () => {
    const { accessToken } = await newPerson(house);
    const leave = async (query: string): Promise<void> => {
      const leaving = new AbortController();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
      const answer = fetch(`${house.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }), signal: leaving.signal });
      await until('the shop has seen it', async () => shop.requests.length === 1);
      leaving.abort();
      await answer.catch(() => undefined);
    };
    shop.answer = () => undefined;
    await leave('{ products { id } }');
    await until('the shop has seen it', async () => shop.cancelled.length === 1);
    shop.requests.length = 0;
    let mayAnswer = false;
    shop.answer = async (_request, response) => {
      while (!mayAnswer) await sleep(5);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"buy":1}}');
    };
    await leave('mutation { buy }');
    await sleep(50);
    expect(shop.cancelled).toHaveLength(1);
    mayAnswer = true;
  });

  it.each([
    ['no JSON', { 'content-type': 'text/html' }, '<p>', 200],
    ['more than maxAnswerBytes', { 'content-type': 'application/json' }, `"${'x'.repeat(2_000)}"`, 200],
    ['a redirect', { 'content-type': 'application/json', location: 'http://127.0.0.1:1' }, '{}', 302],
    ['a packed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}', 200],
    ['a server error without JSON', {}, 'oops', 500],
  ])('is not believed where it answers %s', async (_what, headers, body, status) => {
    shop.answer = (_request, response) => void response.writeHead(status, headers).end(body);
    expect(await code('{ products { id } }')).toEqual([502, 'UPSTREAM_FAILED']);
    const mixed = await postGraphQL(house, '{ me { id } fails }');
    expect(mixed.body).toMatchObject({
      data: { me: null, fails: null },
      errors: [{ extensions: { code: 'UPSTREAM_FAILED' }, path: ['fails'] }],
    });
  });

  it('may refuse by itself: its status passes, and in a mixed answer it is an error at each field', async () => {
    shop.answer = (_request, response) =>
      void response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":[{"message":"no"}]}');
    const whole = await postGraphQL(house, '{ fails }');
    expect([whole.status, whole.text]).toEqual([403, '{"errors":[{"message":"no"}]}']);
    const { body } = await postGraphQL(house, '{ me { id } a: fails b: fails }');
    expect(body.errors.map(({ path, extensions }: { path: string[]; extensions: object }) => ({ path, extensions }))).toEqual(
      ['a', 'b'].map((key) => ({ path: [key], extensions: expect.objectContaining({ code: 'UPSTREAM_REFUSED', status: 403 }) })),
    );
  });

  it('has a queue that ends: when as many wait as run, the next is refused', async () => {
    shop.answer = () => undefined;
    const all = await Promise.all(Array.from({ length: 12 }, () => code('{ products { id } }')));
    const codes = all.map(([, each]) => each);
    expect(codes.filter((each) => each === 'UNAVAILABLE')).toHaveLength(4);
    expect(codes.filter((each) => each === 'UPSTREAM_TIMEOUT')).toHaveLength(8);
  });

  describe('that answers in parts', () => {
    const deferred = () =>
      fetch(`${house.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'multipart/mixed' },
        body: JSON.stringify({ query: '{ products { id ... @defer { name } } }' }),
      });

    it('has the same queue for what is deferred', async () => {
      shop.answer = () => undefined;
      const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await deferred()).status));
      expect(statuses.filter((status) => status === 503)).toHaveLength(4);
    });

    it('holds no connection that others wait for, once it sends nothing more', async () => {
      shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=-' }).write('---');
      const answers = await Promise.all(Array.from({ length: 4 }, deferred));
      await Promise.all(answers.map((answer) => expect(answer.text()).rejects.toThrow()));
      shop.answer = undefined;
      await until('another one is answered', async () => (await code('{ products { id } }'))[0] === 200);
      await until('the shop has seen it', () => shop.cancelled.length >= 4); // those of the sentence before may come late
    });
  });
});

it("masks what tells of the service's inside, and nothing else", async () => {
  const masking = await openBefore(shop, { upstream: { errors: 'mask' } });
  try {
    const text =
      '{"data":{"n":1.0},"errors":[{"message":"SELECT failed","extensions":{"exception":{"stacktrace":["at x"]}}},{"message":"kept","extensions":{"code":"OUT_OF_STOCK","stacktrace":[]}}],"extensions":{"a":1}}';
    shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const answer = await postGraphQL(masking, '{ products { id } }');
    expect(answer.text).toBe(
      '{"data":{"n":1.0},"errors":[{"message":"Internal server error.","extensions":{}},{"message":"kept","extensions":{"code":"OUT_OF_STOCK"}}],"extensions":{"a":1}}',
    );
  } finally {
    await masking.close();
  }
});
