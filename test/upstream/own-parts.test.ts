// Gateway: what is ours of an operation of both is judged as a whole before anything runs; sections 4.2, 4.4 and 4.7, trap 1.
import { newPerson, postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';

let shop: Shop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop);
});
afterAll(async () => {
  await house.close();
  await shop.close();
});
beforeEach(() => {
  shop.requests.length = 0;
  shop.answer = undefined;
});

const ask = (query: string, variables: unknown = {}, token?: string, headers: Record<string, string> = {}) =>
  postGraphQL(house, query, variables, token, headers);

describe('what is ours of a mutation of both is refused before the service is asked', () => {
  const login = (more: string) => `login(input: { username: "x"${more} }) { accessToken }`;
  it.each([
    { title: 'what does not fit the schema', code: 'GRAPHQL_VALIDATION_FAILED', query: `mutation { buy ${login('')} }` },
    { title: 'a variable that is missing', code: 'BAD_USER_INPUT', query: `mutation($p: String!) { buy ${login(', password: $p')} }` },
    {
      title: 'one mutation in two places',
      code: 'MUTATION_REPEATED',
      query: `mutation { a: ${login(', password: "1"')} buy b: ${login(', password: "2"')} c: buy }`,
    },
  ])('$title', async ({ code, query }) => {
    const { accessToken } = await newPerson(house);
    const { status, body } = await ask(query, {}, accessToken);
    expect([status, body.errors[0].extensions.code, body.data]).toEqual([400, code, undefined]);
    expect(body.errors[0].locations).toBeUndefined();
    expect(body.errors[0].extensions.requestId).toEqual(expect.any(String));
    expect(shop.requests).toHaveLength(0);
  });

  it('by our own limits, though those of the service are wider', async () => {
    const wide = await openBefore(shop, { endpoint: { limits: { maxAliases: 100 } } });
    const many = `{ products { id } me { ${Array.from({ length: 16 }, (_, at) => `a${at}: id`).join(' ')} } }`;
    const { body } = await postGraphQL(wide, many);
    await wide.close();
    expect(body.errors[0].extensions.code).toBe('TOO_MANY_ALIASES');
    expect(shop.requests).toHaveLength(0);
  });
});

it('a variable that only @defer names is no fault of our own part', async () => {
  const query = 'query($later: Boolean!) { me { id ... @defer(if: $later) { username } } products(first: 1) { id } }';
  const { accessToken, id, username } = await newPerson(house);
  const { body } = await ask(query, { later: true }, accessToken);
  expect(body).toEqual({ data: { me: { id, username }, products: [{ id: '1' }] } });
});

it('the service answers for its own fields alone', async () => {
  shop.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"me":{"id":"forged"},"products":[],"other":1}}');
  expect((await ask('{ products { id } me { id } }')).text).toBe('{"data":{"products":[],"me":null}}\n');
});

describe('an answer in parts', () => {
  const events = { accept: 'text/event-stream' };

  it('is for subscriptions and for what is deferred: a query is asked for JSON', async () => {
    const { status, body } = await ask('{ products { id } }', {}, undefined, events);
    expect([status, body.errors[0].extensions.code]).toEqual([406, 'NOT_ACCEPTABLE']);
    await ask('{ products { id } }', {}, undefined, { accept: 'application/json, text/event-stream, multipart/mixed' });
    await ask('{ products { id ... @defer { name } } }', {}, undefined, { accept: 'multipart/mixed, application/json' });
    expect(shop.requests.map(({ headers }) => headers.accept)).toEqual(['application/json', 'multipart/mixed, application/json']);
  });

  it('that nobody has asked for is no answer', async () => {
    shop.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {}\n\n');
    const { status, body } = await ask('{ products { id } }');
    expect([status, body.errors[0].extensions.code]).toEqual([502, 'UPSTREAM_FAILED']);
  });

  it('of a query that defers passes', async () => {
    const parts = '--x\r\ncontent-type: application/json\r\n\r\n{"data":{}}\r\n--x--\r\n';
    shop.answer = (_request, response) => response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=x' }).end(parts);
    const response = await fetch(`${house.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed, application/json' },
      body: JSON.stringify({ query: '{ products { id ... @defer { name } } }' }),
    });
    expect(await response.text()).toBe(parts);
  });
});
