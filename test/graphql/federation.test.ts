import { type ChildProcess, spawn } from 'node:child_process';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { bareSchema } from '../../src/emit';
import { toSubgraph } from '../../src/graphql/subgraph';
import { newPerson, type Person, postGraphQL, rest } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';

const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on User { id username name pictureUrl } } }';
const withEmail = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id email } } }';
const user = (id: unknown, more: object = {}) => ({ __typename: 'User', id, ...more });

onBothDatabases(
  'the subgraph',
  (house) => {
    let kate: Person;
    let nora: Person;
    beforeAll(async () => {
      kate = await newPerson(house());
      nora = await newPerson(house());
      await rest.send(
        house(),
        'updateProfile',
        { name: 'Kate', pictureUrl: 'https://example.com/k.png', bio: 'secret garden' },
        kate.accessToken,
      );
    });
    const ask = (query: string, of: unknown, token?: string) => postGraphQL(house(), query, { of }, token);

    it('gives the public fields of any user to anybody, in the order asked, by one query', async () => {
      const unknown = '00000000-0000-4000-8000-000000000000';
      const before = house().queries.length;
      const { status, body } = await ask(entities, [user(nora.id, { extra: 1 }), user(unknown), user(kate.id), user(nora.id)]);
      const publicNora = { __typename: 'User', id: nora.id, username: nora.username, name: null, pictureUrl: null };
      const publicKate = {
        __typename: 'User',
        id: kate.id,
        username: kate.username,
        name: 'Kate',
        pictureUrl: 'https://example.com/k.png',
      };
      expect([status, body]).toEqual([200, { data: { _entities: [publicNora, null, publicKate, publicNora] } }]);
      expect(house().queries.slice(before)).toHaveLength(1);
    });

    it('gives everything else to the user alone', async () => {
      const own = await ask(withEmail, [user(kate.id)], kate.accessToken);
      expect(own.body).toEqual({ data: { _entities: [{ id: kate.id, email: kate.email }] } });
      for (const token of [undefined, nora.accessToken, 'nonsense']) {
        const { body, text } = await ask(withEmail, [user(kate.id), user(nora.id)], token);
        expect(body.data._entities[0]).toBeNull();
        expect(body.errors[0]).toMatchObject({ path: ['_entities', 0, 'email'], extensions: { code: 'FORBIDDEN' } });
        expect(text).not.toContain(kate.email);
      }
      for (const field of ['emailVerified', 'bio', 'locale', 'roles', 'createdAt', 'updatedAt']) {
        const { body, text } = await ask(withEmail.replace('email', field), [user(kate.id)], nora.accessToken);
        expect([field, body.errors[0].extensions.code]).toEqual([field, 'FORBIDDEN']);
        expect(text).not.toContain('secret garden');
      }
      const { body } = await ask(withEmail.replace('email', 'sessions { id }'), [user(kate.id)], nora.accessToken);
      expect(body.data._entities).toEqual([{ id: kate.id, sessions: null }]);
    });

    it('asks the database for no id that cannot be one', async () => {
      const before = house().queries.length;
      for (const id of ['', 'kate', "' OR 1=1 --", '\0', 'x'.repeat(10_000), kate.id.toUpperCase(), `${kate.id}\n`]) {
        const { body } = await ask(entities, [user(id)]);
        expect(body).toEqual({ data: { _entities: [null] } });
      }
      expect(house().queries).toHaveLength(before);
    });

    it('refuses what is no representation of a user', async () => {
      for (const each of [user(7), user(null), { id: kate.id }, { __typename: 'Session', id: kate.id }, 'User', null, [user(kate.id)]]) {
        const { status, body } = await ask(entities, [each]);
        expect([each, status, body.errors[0].extensions.code]).toEqual([each, 400, 'BAD_USER_INPUT']);
      }
      const literal = await postGraphQL(house(), `{ _entities(representations: [{ __typename: "Session", id: "x" }]) { __typename } }`);
      expect([literal.status, literal.body.errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
      const good = await postGraphQL(
        house(),
        `{ _entities(representations: [{ __typename: "User", id: "${kate.id}" }]) { ... on User { username } } }`,
      );
      expect(good.body.data._entities).toEqual([{ username: kate.username }]);
    });

    it('takes as many representations as any list may have, and not one more', async () => {
      const many = (length: number) => Array.from({ length }, () => user(kate.id));
      expect((await ask(entities, many(100))).body.data._entities).toHaveLength(100);
      expect((await ask(entities, many(101))).body.errors[0].extensions.code).toBe('INPUT_TOO_LARGE');
    });
  },
  { AUTH_FEDERATION: 'on' },
);

describe('the schema', () => {
  let plain: GraphQLSchema;
  let subgraph: GraphQLSchema;
  beforeAll(async () => {
    plain = await bareSchema();
    subgraph = toSubgraph(plain);
  });

  it('has two public fields more, and is otherwise the same', () => {
    const namesOf = (schema: GraphQLSchema) => Object.keys(schema.getTypeMap()).sort();
    expect(namesOf(subgraph).filter((name) => !namesOf(plain).includes(name))).toEqual(['_Any', '_Entity', '_Service']);
    const { _entities, _service, ...rest } = (subgraph.getQueryType() as GraphQLObjectType).getFields();
    expect([_entities?.extensions.access, _service?.extensions.access]).toEqual(['public', 'public']);
    expect(Object.keys(rest)).toEqual(Object.keys(plain.getQueryType()?.getFields() ?? {}));
    expect(subgraph.getMutationType()).toBe(plain.getMutationType()); // with everything that the limits read of it
  });

  it('is off unless it is switched on', async () => {
    const house = await openHouse('sqlite');
    for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
      const { status, body } = await postGraphQL(house, query);
      expect([status, body.errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    }
    await house.close();
  });
});

describe('examples/federation', () => {
  let house: House;
  const children: ChildProcess[] = [];
  let router: string;
  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_FEDERATION: 'on', AUTH_INTROSPECTION: 'off' });
    const start = async (name: string, environment: Record<string, string>): Promise<string> => {
      const child = spawn(process.execPath, [`examples/federation/${name}.mjs`], {
        env: { ...process.env, NODE_ENV: 'test', GATEHOUSE: house.url, PORT: '0', ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return new Promise((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
        child.stdout.on('data', (text) => {
          const url = /at (http\S+)/.exec(String(text))?.[1];
          if (url) resolve(url);
        });
      });
    };
    router = await start('router', { ORDERS: await start('orders', {}) });
  });
  afterAll(async () => {
    for (const child of children) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await house.close();
  });

  const ask = async (query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(router, { method: 'POST', headers, body: JSON.stringify({ query }) });
    // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
    return (await response.json()) as any;
  };

  it('joins users into a graph that knows their ids alone', async () => {
    const [kate, nora] = [await newPerson(house), await newPerson(house)];
    expect((await ask('mutation { order(total: 3) { id } }')).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    await ask('mutation { order(total: 7) { id } }', kate.accessToken);
    expect(await ask('mutation { order(total: 9) { total buyer { id username email } } }', nora.accessToken)).toEqual({
      data: { order: { total: 9, buyer: { id: nora.id, username: nora.username, email: nora.email } } },
    });
    expect(await ask('{ orders { total buyer { username name } } }')).toEqual({
      data: {
        orders: [
          { total: 7, buyer: { username: kate.username, name: null } },
          { total: 9, buyer: { username: nora.username, name: null } },
        ],
      },
    });
    const strange = await ask('{ orders { buyer { username email } } }', nora.accessToken);
    expect(strange.errors[0].extensions.code).toBe('FORBIDDEN');
    expect(JSON.stringify(strange)).not.toContain(kate.email);
  });

  it('serves every operation of the gateway through the router too', async () => {
    const nora = await newPerson(house);
    expect(await ask('{ profile { username email } me { id } }', nora.accessToken)).toEqual({
      data: { profile: { username: nora.username, email: nora.email }, me: { id: nora.id } },
    });
    expect((await ask('{ profile { username } }')).errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
    expect(await ask('mutation { logout { endedSessions } }', nora.accessToken)).toEqual({ data: { logout: { endedSessions: 1 } } });
    expect(await ask('{ me { id } }', nora.accessToken)).toEqual({ data: { me: null } });
  });
});
