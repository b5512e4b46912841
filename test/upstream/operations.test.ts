// Gateway, checks 1, 2 and 3; traps 1, 2, 7, 8, 9, 10, 11.
import fc from 'fast-check';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';

let shop: Shop;
let house: House;
let bare: House;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop);
  bare = await openHouse('sqlite');
});
afterAll(async () => {
  await house.close();
  await bare.close();
  await shop.close();
});
beforeEach(() => {
  shop.requests.length = 0;
  shop.executed.clear();
  shop.answer = undefined;
});

const ask = (query: string, variables: unknown = {}, token?: string, headers: Record<string, string> = {}) =>
  postGraphQL(house, query, variables, token, headers);

describe('an operation of both', () => {
  it('1: is answered in the order of the document, with one request to the service', async () => {
    const { accessToken, id } = await newPerson(house);
    const { text, status } = await ask('{ me { id } products(first: 1) { id } __typename }', {}, accessToken);
    expect(status).toBe(200);
    expect(text).toBe(`{"data":{"me":{"id":"${id}"},"products":[{"id":"1"}],"__typename":"Query"}}\n`);
    expect(shop.requests).toHaveLength(1);
    const other = await ask('{ products(first: 1) { id } me { id } }', {}, accessToken);
    expect(other.text).toBe(`{"data":{"products":[{"id":"1"}],"me":{"id":"${id}"}}}\n`);
  });

  it('1: without a token me is null, and the products are there', async () => {
    const { text } = await ask('{ me { id } products(first: 1) { id } }');
    expect(text).toBe('{"data":{"me":null,"products":[{"id":"1"}]}}\n');
  });

  it('2: a mutation after a logout in one document is refused, and the service has seen one', async () => {
    const { accessToken } = await newPerson(house);
    const { body } = await ask('mutation { buy logout { endedSessions } b: buy }', {}, accessToken);
    expect(body.data).toEqual({ buy: 0, logout: { endedSessions: 1 }, b: null });
    expect(body.errors).toEqual([
      expect.objectContaining({ path: ['b'], extensions: expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'REVOKED' }) }),
    ]);
    expect(shop.executed.get('buy')).toBe(1);
  });

  it('runs the parts of a mutation in the order of the document, neighbours together', async () => {
    const { accessToken } = await newPerson(house);
    const query = 'mutation { a: buy b: buy updateProfile(input: { name: "Kate" }) { user { name } } c: buy }';
    const { body } = await ask(query, {}, accessToken);
    expect(body.data).toEqual({ a: 0, b: 1, updateProfile: { user: { name: 'Kate' } }, c: 2 });
    expect(shop.requests.map(({ body: asked }) => asked.query.replaceAll(/\s+/g, ' '))).toEqual([
      'mutation { a: buy b: buy }',
      'mutation { c: buy }',
    ]);
  });

  it('is refused as a whole before anything runs, where a part of it may not be had', async () => {
    const { accessToken } = await newPerson(house);
    const { status, body } = await ask('mutation { logout { endedSessions } refund(id: "1") }', {}, accessToken);
    expect([status, body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
    expect(shop.requests).toHaveLength(0);
    expect((await ask('{ me { id } }', {}, accessToken)).body.data.me).not.toBeNull();
  });

  it('flattens fragments at the root and keeps their directives, and gives each part the variables that it declares', async () => {
    const query = `
      query Both($yes: Boolean!, $no: Boolean!, $first: Int, $id: ID!) { ...Root @include(if: $yes) ... @skip(if: $yes) { hidden: products { id } } }
      fragment Root on Query { me { ...Me } list: products(first: $first) { ...P } ... on Query @include(if: $no) { product(id: $id) { id } } }
      fragment Me on User { id } fragment P on Product { name }`;
    const variables = { yes: true, no: false, first: 1, id: '4' };
    const { body } = await ask(query, variables);
    expect(body).toEqual({ data: { me: null, list: [{ name: 'product 1' }] } });
    const [{ body: asked }] = shop.requests as [Shop['requests'][0]];
    expect(Object.keys(asked.variables)).toEqual(['yes', 'no', 'first', 'id']);
    expect(asked.query).not.toMatch(/on Query|on User/);
    expect(asked.query).toMatch(/fragment P on Product/);
  });

  it("has no data where a field that must not be null has failed, and both parts' errors", async () => {
    const { body } = await ask('{ me { id } failsHard }');
    expect(body.data).toBeNull();
    expect(body.errors).toEqual([{ message: 'the shelf is empty', path: ['failsHard'] }]);
    const soft = await ask('{ me { id } fails }');
    expect(soft.body).toEqual({ data: { me: null, fails: null }, errors: [{ message: 'the shelf is empty', path: ['fails'] }] });
  });

  it('refuses one name for fields of two owners', async () => {
    const { status, body } = await ask('{ x: me { id } x: products { id } }');
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(shop.requests).toHaveLength(0);
  });

  it("keeps every digit of both sides' numbers", async () => {
    const written = '{"value":123456789012345678901234567890.10,"e":1e3}';
    shop.answer = (request, response) => {
      const value = /"variables":\{"value":(.*)\}\}$/.exec(request.text)?.[1];
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":{"echo":${value}}}`);
    };
    const response = await fetch(`${house.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"variables":{"unused":1,"value":${written}},"query":"query($value: Big) { me { id } echo(value: $value) }"}`,
    });
    expect(await response.text()).toBe(`{"data":{"me":null,"echo":${written}}}\n`);
  });

  it('sends the chosen operation alone where a document has several', async () => {
    const query = 'query A { products(first: 1) { id } } query B { orders { id } } mutation C { buy }';
    const response = await fetch(`${house.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, operationName: 'A' }),
    });
    expect(await response.json()).toEqual({ data: { products: [{ id: '1' }] } });
    expect(shop.requests[0]?.body).toEqual({ query: 'query A {\n  products(first: 1) {\n    id\n  }\n}', operationName: 'A' });
  });
});

describe('an answer', () => {
  it('3: of the service is byte for byte its own, status included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.constantFrom(200, 201, 400, 403, 404, 500, 503), async (text, status) => {
        shop.answer = (_request, response) =>
          response.writeHead(status, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' }).end(text);
        const answer = await fetch(`${house.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"query":"{ products { id } }"}',
        });
        expect([answer.status, await answer.text(), answer.headers.get('www-authenticate')]).toEqual([status, text, null]);
      }),
      { numRuns: 100 },
    );
  });

  const sameAsBare = [
    '{"query":"{ me { id } }"}',
    '{"query":"{ __typename }"}',
    '{"query":"{ nothing }"}',
    '{"query":"{ me { nothing } }"}',
    '{"query":"{ me { id }"}',
    '{"query":"mutation { login(input: { username: \\"x\\", password: \\"y\\" }) { accessToken } }"}',
    '{"query":"subscription { x }"}',
    '{"query":"query A { me { id } } query B { me { id } }"}',
    '{"query":"{ profile { id } }"}',
    '{"query":1,"variables":[]}',
    '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
    '{"query":"{ me { id } }","query":"{ __typename }"}',
    '[]',
    '{',
    '',
    `{"query":"{ me { id } } ${'#'.repeat(101 * 1024)}"}`,
    `{"query":"{ ${'me { id } '.repeat(400)} }"}`,
  ];

  it.each(sameAsBare)('3: of our own is byte for byte the one without a service behind: %#', async (body) => {
    for (const accept of ['application/json', 'application/graphql-response+json', 'text/html'])
      for (const type of ['application/json', 'text/plain', 'application/json; charset=latin1']) {
        const [before, without] = await Promise.all(
          [house, bare].map(async ({ url }) => {
            const headers = { 'content-type': type, accept, 'x-request-id': 'r-1' };
            const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
            const told = [...answer.headers].filter(([name]) => name !== 'date').sort();
            return { status: answer.status, text: await answer.text(), told };
          }),
        );
        expect(before).toEqual(without);
      }
    expect(shop.requests).toHaveLength(0);
  });
});

describe('a document', () => {
  it('is closed at the root but for its rules, and every field counts', async () => {
    const { accessToken } = await newPerson(house);
    const code = async (query: string, token?: string) => (await ask(query, {}, token)).body.errors?.[0].extensions.code ?? null;
    expect(await code('{ orders { id } }')).toBe('UNAUTHENTICATED');
    expect(await code('{ orders { id } }', accessToken)).toBeNull();
    expect(await code('{ orders { margin } }', accessToken)).toBe('FORBIDDEN');
    expect(await code('{ products { ...F @include(if: false) } } fragment F on Product { secret }', accessToken)).toBe('FORBIDDEN');
    expect(await code('{ me { id } products { nothing } }')).toBe('BAD_REQUEST');
    expect(await code('{ products { id } nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('with a block string goes on in other words, and one that services read differently not at all', async () => {
    const answer = await ask('{ product(id: """7""") { id } }');
    expect(answer.body).toEqual({ data: { product: { id: '7' } } });
    expect(shop.requests[0]?.body.query).not.toContain('"""');
    expect((await ask('{ product(id: "\u2028") { id } }')).status).toBe(400);
  });
});
