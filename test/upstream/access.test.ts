// Gateway, check 6; section 4.13 and administration.md 2, check 7: one verdict, however a rule is written and an operation is sent.
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import WebSocket from 'ws';
import { inspectPolicy } from '../../src/policy/policy';
import { runCommand } from '../support/command';
import { newPerson, type Person, postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';
import { writePolicy } from '../support/upstream';

const sdl = `
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
  directive @requires(permission: String!) on FIELD_DEFINITION
  type Thing { open: Int held: Int }
  type Query {
    open: Int session: Int role: Int permission: Int fresh: Int both: Int
    byScopes: Int @requiresScopes(scopes: [["orders:read", "orders:write"], ["orders:refund"]])
    byPermission: Int @requires(permission: "orders:refund")
    thing: Thing
  }
  type Mutation { write: Int permission: Int }
`;
const fields = {
  'Query.open': 'public',
  'Query.thing': 'public',
  'Query.session': 'authenticated',
  'Query.role': ['SUPPORT'],
  'Query.permission': { permissions: ['orders:refund'] },
  'Query.fresh': { freshSeconds: 300 },
  'Query.both': { roles: ['SUPPORT'], permissions: ['orders:refund'] },
  'Mutation.write': 'authenticated',
  'Mutation.permission': { permissions: ['orders:refund'] },
  'Thing.held': ['SUPPORT'],
};

let shop: Shop;
let house: House;
const people: Record<string, Person | null> = { nobody: null };
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop, { sdl, endpoint: { fields }, upstream: { subscriptions: {} } });
  for (const [name, roles] of Object.entries({ user: '', support: 'SUPPORT', refunder: 'REFUNDER', clerk: 'CLERK' })) {
    const person = await newPerson(house);
    await house.app.services.database.client.user.update({ where: { id: person.id }, data: { roles } });
    people[name] = person;
  }
  for (const set of [
    ['REFUNDER', 'orders:*'],
    ['CLERK', 'orders:read', 'orders:write'],
  ])
    expect((await runCommand(house, ['role', 'set', ...set])).code).toBe(0);
  shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
});
afterAll(async () => {
  await house.close();
  await shop.close();
});
beforeEach(() => {
  shop.requests.length = 0;
});

/** What each may have: `Query.field` without the type. */
const granted: Record<string, readonly string[]> = {
  nobody: ['open', 'thing { open }'],
  user: ['open', 'thing { open }', 'session', 'fresh'],
  support: ['open', 'thing { open }', 'session', 'fresh', 'role', 'thing { held }'],
  refunder: ['open', 'thing { open }', 'session', 'fresh', 'permission', 'byScopes', 'byPermission'],
  clerk: ['open', 'thing { open }', 'session', 'fresh', 'byScopes'],
};
const all = ['open', 'session', 'role', 'permission', 'fresh', 'both', 'byScopes', 'byPermission', 'thing { open }', 'thing { held }'];

/** The same field, as clients may ask for it. */
const spellings: Record<string, (field: string) => string> = {
  plain: (field) => `{ ${field} }`,
  alias: (field) => `{ a: ${field} }`,
  fragment: (field) => `{ ...F } fragment F on Query { ${field} }`,
  'inline fragment': (field) => `{ ... on Query { ... { ${field} } } }`,
  'left out': (field) => `{ open ... @include(if: false) { ${field} } }`,
  mixed: (field) => `{ me { id } ${field} }`,
  'one of several': (field) => `query A { ${field} }`,
};

const codeOf = async (query: string, caller: string): Promise<string | null> =>
  (await postGraphQL(house, query, {}, people[caller]?.accessToken)).body.errors?.[0].extensions.code ?? null;

describe('a rule', () => {
  it.each(Object.keys(granted))(
    '6: has one verdict for %s, however the field is asked for, and nothing refused reaches the service',
    async (caller) => {
      for (const field of all)
        for (const [how, spell] of Object.entries(spellings)) {
          shop.requests.length = 0;
          const expected = granted[caller]?.includes(field) ? null : caller === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
          expect([field, how, await codeOf(spell(field), caller)]).toEqual([field, how, expected]);
          expect([field, how, shop.requests.length]).toEqual([field, how, expected === null ? 1 : 0]);
        }
    },
  );

  it('6: has the same verdict in a socket', async () => {
    for (const caller of ['nobody', 'user', 'refunder']) {
      const socket = new WebSocket(`${house.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const answers = new Map<string, string | null>();
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => {
          const token = people[caller]?.accessToken;
          socket.send(JSON.stringify({ type: 'connection_init', ...(token && { payload: { authorization: `Bearer ${token}` } }) }));
          for (const field of all) socket.send(JSON.stringify({ id: field, type: 'subscribe', payload: { query: `{ ${field} }` } }));
        });
        socket.on('message', (data) => {
          const { id, type, payload } = JSON.parse(String(data));
          if (type === 'error') answers.set(id, payload[0].extensions.code);
          if (type === 'next') answers.set(id, null);
          if (answers.size === all.length) resolve();
        });
      });
      socket.terminate();
      for (const field of all) {
        const expected = granted[caller]?.includes(field) ? null : caller === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
        expect([caller, field, answers.get(field)]).toEqual([caller, field, expected]);
      }
    }
  });

  it('6: lets no field of a random document through that it refuses', async () => {
    const part = fc.constantFrom(...all);
    const document = fc.array(fc.tuple(part, fc.constantFrom('plain', 'fragment', 'skip', 'own')), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(document, fc.constantFrom(...Object.keys(granted)), async (parts, caller) => {
        const selections = parts.map(([field, how], index) => {
          const named = `f${index}: ${field}`;
          if (how === 'fragment') return `... on Query { ${named} }`;
          if (how === 'skip') return `... @skip(if: true) { ${named} }`;
          return how === 'own' ? `m${index}: me { id } ${named}` : named;
        });
        shop.requests.length = 0;
        const code = await codeOf(`{ ${selections.join(' ')} }`, caller);
        const may = parts.every(([field]) => granted[caller]?.includes(field));
        expect(code === null).toBe(may);
        expect(shop.requests.length).toBe(may ? 1 : 0);
      }),
      { numRuns: 100 },
    );
  });

  it('of freshness is refused when the last proof is older, with how old it may be', async () => {
    const { accessToken } = await newPerson(house);
    expect((await postGraphQL(house, '{ fresh }', {}, accessToken)).status).toBe(200);
    house.clock.advance(301);
    const { status, headers, body } = await postGraphQL(house, '{ fresh }', {}, accessToken);
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'REAUTHENTICATION_REQUIRED']);
    expect(headers.get('www-authenticate')).toContain('max_age=300');
    house.clock.advance(-301);
  });

  it('of permissions is told to the service, too', async () => {
    await postGraphQL(house, '{ open }', {}, people.clerk?.accessToken);
    expect(shop.requests[0]?.headers['x-auth-permissions']).toBe('orders:read,orders:write');
  });

  it("is not read out of Federation's own @requires", () => {
    const federated =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type Query { a: Int @requires(fields: "b") b: Int @gatehouse__requires(permission: "a:b") }';
    const file = writePolicy({ endpoints: { '/graphql': { fields: {}, schema: 's.graphql' } } }, { 's.graphql': federated });
    const { faults, policies } = inspectPolicy(file, () => undefined);
    expect(faults).toEqual([]);
    expect([...(policies.get('/graphql')?.directives ?? [])]).toEqual([['Query.b', [{ permissions: ['a:b'] }]]]);
  });
});

describe('gatehouse upstream', () => {
  const casesFile = (cases: unknown): string => {
    const file = writePolicy('{}').replace('policy.json', 'cases.json');
    writeFileSync(file, JSON.stringify(cases));
    return file;
  };

  it('test asks the policy without a network, and ends with 1 where one case is wrong', async () => {
    const cases = [
      { name: 'anybody sees what is open', document: '{ open me { id } }', as: 'anonymous', expect: 'granted' },
      { name: 'refunds are held', document: '{ permission }', as: { roles: ['SUPPORT'] }, expect: 'FORBIDDEN' },
      { name: 'refunds are made', document: '{ permission }', as: { permissions: ['orders:*'] }, expect: 'granted' },
      { name: 'nobody refunds', document: 'mutation { permission }', as: 'anonymous', expect: 'UNAUTHENTICATED' },
      { name: 'an old proof', document: '{ fresh }', as: { freshSeconds: 400 }, expect: 'REAUTHENTICATION_REQUIRED' },
    ];
    const junit = writePolicy('{}').replace('policy.json', 'junit.xml');
    const right = await runCommand(house, ['upstream', 'test', '--cases', casesFile(cases), '--junit', junit]);
    expect([right.code, right.out.trim()]).toEqual([0, 'All 5 cases are right.']);
    const wrong = [...cases, { name: 'a <wrong> case', document: '{ session }', as: 'anonymous', expect: 'granted' }];
    const outcome = await runCommand(house, ['upstream', 'test', '--cases', casesFile(wrong), '--junit', junit]);
    expect([outcome.code, outcome.out.trim()]).toEqual([1, 'a <wrong> case: wanted granted, got UNAUTHENTICATED']);
    const { readFileSync } = jest.requireActual('node:fs') as typeof import('node:fs');
    expect(readFileSync(junit, 'utf8')).toContain(
      '<testcase name="a &lt;wrong> case"><failure message="wanted granted, got UNAUTHENTICATED"/>',
    );
    expect((await runCommand(house, ['upstream', 'test', '--cases', casesFile([{ name: 'x' }])])).code).toBe(1);
  });

  it('explain lists each field with its rules, and what somebody may have', async () => {
    const file = casesFile('').replace('cases.json', 'document.graphql');
    writeFileSync(file, '{ me { id } open thing { held } permission }');
    const { out, code } = await runCommand(house, ['upstream', 'explain', file, '--as', people.support?.username ?? '']);
    expect(code).toBe(0);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['FIELD', 'RULES', 'VERDICT'],
      ['Query.open', 'public', 'granted'],
      ['Query.thing', 'public', 'granted'],
      ['Thing.held', '["SUPPORT"]', 'granted'],
      ['Query.permission', '{"permissions":["orders:refund"]}', 'FORBIDDEN'],
    ]);
  });
});
