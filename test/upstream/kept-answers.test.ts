// Gateway, check 15 (answers that are kept), and chapter 4.11 with what was settled afterwards (3).
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { openBefore, openShop, type Shop, type ShopRequest, shopEnvironment } from '../support/shop';
import { until } from '../support/until';
import { newVisitor, type Visitor } from '../support/visitors';

const endpoint = {
  cache: { 'Query.products': 30, 'Query.product': 10, 'Query.echo': 30 },
  invalidates: { 'Mutation.addProduct': ['Query.products'] },
};

let shop: Shop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop, { endpoint, upstream: { forward: ['x-shop-channel'], answerHeaders: ['x-shop', 'set-cookie'] } });
});
afterAll(async () => {
  await house.close();
  await shop.close();
});
beforeEach(() => {
  house.clock.advance(1_000); // nothing is kept of the sentence before
  shop.requests.length = 0;
  shop.answer = undefined;
});

const ask = (query: string, variables: unknown = {}, token?: string, headers: Record<string, string> = {}) =>
  postGraphQL(house, query, variables, token, headers);
const asked = () => shop.requests.length;
const products = '{ products { id name } }';

/** An answer of the service that counts, and says whatever was told of the caller. */
let count = 0;
const echoing = (headers: Record<string, string> = {}, status = 200) => {
  shop.answer = ({ headers: told }: ShopRequest, response: ServerResponse) => {
    count += 1;
    const name = [told['x-auth-user-id'], told['x-auth-username'], told.authorization, told['x-shop-channel'], told['user-agent']].join('');
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ data: { products: [{ id: String(count), name }] } }));
  };
};

const failing = () => {
  shop.answer = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"products":null},"errors":[{"message":"x"}]}');
};

describe('an answer for everybody', () => {
  it('is kept for as many seconds as its field has, the least of several', async () => {
    const first = await ask(products);
    const again = await ask(products);
    expect([again.text, again.headers.get('x-shop'), asked()]).toEqual([first.text, '1', 1]);
    expect(again.headers.get('cache-control')).toBe('no-store');
    house.clock.advance(31);
    await ask(products);
    expect(asked()).toBe(2);
    await ask('{ products { id } product(id: "1") { id } }');
    house.clock.advance(11);
    await ask('{ products { id } product(id: "1") { id } }');
    expect(asked()).toBe(4);
  });

  it("is asked for without identity, so that it is nobody's", async () => {
    echoing();
    const kate = await newVisitor(house);
    const hers = await ask(products, {}, kate.accessToken, { 'x-shop-channel': 'hers', 'user-agent': 'hers' });
    const [request] = shop.requests;
    expect(hers.body.data.products[0].name).toBe('');
    expect([request?.headers['x-auth-user-id'], request?.headers.authorization, request?.headers['x-forwarded-for']]).toEqual([
      '',
      undefined,
      undefined,
    ]);
    expect((await ask(products)).text).toBe(hers.text);
    expect((await ask(products, {}, 'no.good.token')).text).toBe(hers.text);
    expect(asked()).toBe(1);
  });

  it.each([
    [
      'another variable',
      () => ask('query ($v: Big) { echo(value: $v) }', { v: 1 }),
      () => ask('query ($v: Big) { echo(value: $v) }', { v: 2 }),
    ],
    ['another text', () => ask('{ products { id } }'), () => ask('{ products { name } }')],
    ['another operation of one document', () => named('A'), () => named('B')],
    [
      'another language',
      () => ask(products, {}, undefined, { 'accept-language': 'de' }),
      () => ask(products, {}, undefined, { 'accept-language': 'en' }),
    ],
  ])('is not that of %s', async (_name, one, other) => {
    await one();
    await other();
    await one();
    await other();
    expect(asked()).toBe(2);
  });
  const named = async (operationName: string) => {
    const body = JSON.stringify({ query: 'query A { products { id } } query B { products { name } }', operationName });
    return fetch(`${house.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };

  it('is asked for once, however many ask for it at the same time', async () => {
    echoing();
    const answer = shop.answer as NonNullable<Shop['answer']>;
    const held: (() => void)[] = [];
    shop.answer = (request, response) => void held.push(() => answer(request, response));
    const all = Array.from({ length: 8 }, () => ask(products));
    await until('the one question is there', () => held.length === 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    for (const go of held) go();
    expect(new Set((await Promise.all(all)).map(({ text }) => text)).size).toBe(1);
    expect(asked()).toBe(1);
  });

  it.each<[string, () => void]>([
    ['no-store', () => echoing({ 'cache-control': 'max-age=1, no-store' })],
    ['private', () => echoing({ 'cache-control': 'private' })],
    ['a cookie', () => echoing({ 'set-cookie': 'a=b' })],
    ['that it varies with everything', () => echoing({ vary: '*' })],
    ['another status', () => echoing({}, 203)],
    ['an error', failing],
  ])('is not kept where the service says %s', async (_name, answers) => {
    answers();
    await ask(products);
    await ask(products);
    expect(asked()).toBe(2);
  });

  it.each([
    ['has a field that is not public', '{ products { id } orders { id } }'],
    ['has a field below that is not public', '{ products { secret } }'],
    ['has a field at the root without seconds', '{ products { id } fails }'],
    ['is of both', '{ products { id } me { id } }'],
    ['is a mutation', 'mutation { buy }'],
  ])('is not there where the operation %s', async (_name, query) => {
    const kate = await newVisitor(house);
    await house.app.services.users.setRoles(kate.id, ['ADMIN']);
    await ask(query, {}, kate.accessToken);
    await ask(query, {}, kate.accessToken);
    expect(asked()).toBe(2);
  });

  it('says in the log that it was kept', async () => {
    await ask(products);
    await ask(products);
    const kinds = house.log
      .filter(({ msg, route }) => msg === 'request' && route === '/graphql')
      .slice(-2)
      .map(({ kind }) => kind);
    expect(kinds).toEqual(['upstream', 'cached']);
  });
});

it('15: no sequence of operations gives anybody what is of somebody else', async () => {
  shop.answer = ({ headers, body }, response) => {
    const id = headers['x-auth-user-id'] ?? '';
    const field = String(body.query).includes('orders') ? { orders: [{ id: `of ${id}` }] } : { products: [{ id: `of ${id}` }] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: field }));
  };
  const people: (Visitor | null)[] = [await newVisitor(house), await newVisitor(house), null];
  const step = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('{ products { id } }', '{ orders { id } }', 'mutation { addProduct { id } }'),
    later: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 20 }), async (steps) => {
      for (const { who, what, later } of steps) {
        house.clock.advance(later / 10);
        const person = people[who] ?? null;
        const { body } = await ask(what, {}, person?.accessToken);
        const seen = JSON.stringify(body.data ?? null);
        for (const other of people) if (other !== null && other !== person) expect(seen).not.toContain(other.id);
        if (what.includes('products {')) expect(seen).toBe('{"products":[{"id":"of "}]}');
        if (what.includes('orders') && person !== null) expect(seen).toBe(`{"orders":[{"id":"of ${person.id}"}]}`);
      }
    }),
    { numRuns: 15 },
  );
});

describe.each(['sqlite', 'postgresql'] as const)('a mutation that changes what is kept, on %s', (kind) => {
  let first: House;
  let second: House;
  beforeAll(async () => {
    const environment = shopEnvironment(shop.url, { endpoint });
    first = await openHouse(kind, environment);
    second = kind === 'sqlite' ? first : await openHouse(kind, environment, first);
  });
  afterAll(async () => {
    if (second !== first) await second.close();
    await first.close();
  });

  it('15: is seen by the next read, on the other node too', async () => {
    for (const [here, there] of [
      [first, second],
      [second, first],
    ] as const) {
      echoing();
      await until('both nodes keep it', async () => {
        await postGraphQL(there, products);
        const before = asked();
        await postGraphQL(there, products);
        return asked() === before;
      });
      const before = await postGraphQL(there, products);
      const { status } = await postGraphQL(here, 'mutation { addProduct(name: "x") { id } }');
      expect(status).toBe(200);
      expect((await postGraphQL(there, products)).text).not.toBe(before.text);
      expect((await postGraphQL(here, products)).text).not.toBe(before.text);
    }
  });

  it('is not undone by a read that was under way', async () => {
    echoing();
    const answer = shop.answer as NonNullable<Shop['answer']>;
    const held: (() => void)[] = [];
    shop.answer = (request, response) => {
      if (String(request.body.query).includes('mutation')) answer(request, response);
      else held.push(() => answer(request, response));
    };
    const slow = postGraphQL(first, '{ products { name id } }');
    await until('the read is under way', () => held.length === 1);
    await postGraphQL(first, 'mutation { addProduct(name: "x") { id } }');
    held.shift()?.();
    const { text } = await slow;
    shop.answer = answer;
    expect((await postGraphQL(first, '{ products { name id } }')).text).not.toBe(text);
  });
});

it('a policy that keeps what is not for everybody stops the start, with every fault', async () => {
  const opening = openBefore(shop, {
    endpoint: { cache: { 'Query.orders': 1, 'Query.nothing': 1 }, invalidates: { 'Query.products': ['Query.echo'] } },
  });
  await expect(opening).rejects.toThrow(
    /cache Query.orders: must be "public"[\s\S]*cache Query.nothing: is no field[\s\S]*invalidates Query.products: is no field[\s\S]*Query.echo is not in cache/,
  );
});
