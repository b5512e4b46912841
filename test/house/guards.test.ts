import { buildClientSchema, type GraphQLObjectType, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { bareSchema } from '../../src/emit';
import { pathsOf } from '../../src/rest/register-routes';
import { isDescribed } from '../../src/rest/route';
import { postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { minimalOperation } from '../support/minimal-operation';
import { listeningToRoutes, type Served } from '../support/served';
import { json, send } from '../support/wire';

/** Everything that may be asked without an access token. Whoever adds to it says why beside the name. */
const publicFields = {
  query: ['me', 'hasPermission', 'authConfig', 'authStatus'], // null and false without a token, what a form needs to know, and why
  mutation: [
    'register', // how one comes to a token
    'login',
    'refresh',
    'completeLogin', // the challenge is the permission
    'requestRegistration', // the mailbox that is to be shown is: whoever asks learns nothing
    'completeRegistration',
    'requestPasswordReset',
    'resetPassword',
    'requestLoginCode',
    'loginWithCode',
    'startProviderLogin', // how one comes to a token by another provider: the flow that it gives is asked for
    'completeProviderLogin',
    'requestEmailVerification', // without a session the attempt of a log-in is asked for
    'verifyEmail',
    'passkeyOptions', // a log-in page asks, and learns nothing about accounts
    'loginWithPasskey',
  ],
};

const publicRoutes = [
  'POST /register',
  'POST /login',
  'POST /refresh',
  'POST /login/complete', // the challenge is the permission
  'GET /config', // what a form needs to know
  'GET /auth-status', // of the caller's own credentials alone
  'POST /registration', // the mailbox that is to be shown is: whoever asks learns nothing
  'PUT /registration',
  'POST /password-reset',
  'PUT /password-reset',
  'POST /login/code',
  'PUT /login/code',
  'POST /login/provider',
  'PUT /login/provider',
  'POST /email-verification', // without a session the attempt of a log-in is asked for
  'PUT /email-verification',
  'POST /login/passkey/options', // a log-in page asks, and learns nothing about accounts
  'POST /login/passkey',
  'GET /.well-known/webauthn', // which pages may use passkeys
  'GET /.well-known/jwks.json', // public keys
  'GET /.well-known/oauth-authorization-server', // where things are
  'POST /v1/revoke', // to have the token is the permission (RFC 7009)
  'GET /v1/verify/graphql', // as AUTH_UPSTREAM_POLICY has it; this house has none, and nothing passes
  'POST /v1/verify/graphql',
  'GET /health',
  'GET /ready',
  'GET /openapi.json',
  'GET /schema.graphql', // where introspection is on, and it tells the same
];

/** Served outside the route table. GraphQL guards each field, as the first half of this file shows. */
const publicDoors = ['POST /graphql', 'GET /']; // in development alone, and nothing is asked there but who the demo user is

let house: House;
let served: readonly Served[];
beforeAll(async () => {
  ({ result: house, served } = await listeningToRoutes(() => openHouse('sqlite', { AUTH_EXPLORER: 'off' }))); // its pages are files;
});
afterAll(() => house.close());

describe('GraphQL without a token', () => {
  const rootFields = async (kind: 'query' | 'mutation') => {
    const { body } = await postGraphQL(house, getIntrospectionQuery());
    const schema = buildClientSchema(body.data as IntrospectionQuery);
    const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values((root as GraphQLObjectType).getFields());
  };
  const ask = async (kind: 'query' | 'mutation', field: Parameters<typeof minimalOperation>[1]) => {
    const { query, variables } = minimalOperation(kind, field);
    return postGraphQL(house, query, variables);
  };

  it.each(['query', 'mutation'] as const)('refuses every %s field that is not on the public list', async (kind) => {
    const guarded = (await rootFields(kind)).filter(({ name }) => !publicFields[kind].includes(name));
    expect(guarded.length).toBeGreaterThan(1);
    for (const field of guarded) {
      const { status, headers, body } = await ask(kind, field);
      expect({ field: field.name, status, challenge: headers.get('www-authenticate'), data: body.data, errors: body.errors }).toMatchObject(
        {
          field: field.name,
          status: 401,
          challenge: 'Bearer',
          data: null,
          errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }],
        },
      );
    }
  });

  it('says beside every root field who may have it', async () => {
    const schema = await bareSchema();
    for (const [kind, type] of [['query', schema.getQueryType()] as const, ['mutation', schema.getMutationType()] as const])
      for (const { name, extensions } of Object.values((type as GraphQLObjectType).getFields())) {
        const byCookieToo = name === 'logout' ? 'session or cookie' : 'authenticated';
        expect([name, extensions.access]).toEqual([name, publicFields[kind].includes(name) ? 'public' : byCookieToo]);
      }
  });

  it.each(['query', 'mutation'] as const)('answers every %s field of the public list', async (kind) => {
    const fields = await rootFields(kind);
    for (const name of publicFields[kind]) {
      const field = fields.find((each) => each.name === name);
      if (field === undefined) throw new Error(`${name} is on the public list, and not in the schema`);
      const { body } = await ask(kind, field);
      expect([name, body.errors?.[0]?.extensions.code]).not.toEqual([name, 'UNAUTHENTICATED']);
    }
  });
});

const form = { headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: 'token=x' } as const;
const bodies = { json: json({}), form };

describe('REST without a token', () => {
  const named = () => house.app.routes.map((route) => ({ route, name: `${route.method} ${route.path}` }));

  it('has no other public routes than the list', () => {
    const open = named().filter(({ route }) => route.access === 'public');
    expect(open.map(({ name }) => name).sort()).toEqual([...publicRoutes].sort());
  });

  it('refuses every other route under each of its paths', async () => {
    const guarded = named().filter(({ name }) => !publicRoutes.includes(name));
    expect(guarded.length).toBeGreaterThan(5);
    for (const { route } of guarded)
      for (const path of pathsOf(route)) {
        const body = isDescribed(route.body) ? bodies[route.body.kind ?? 'json'] : {};
        const answer = await send(house, { method: route.method, path: path.replaceAll(/\{\w+\}/g, 'x'), ...body });
        const challenge = route.access === 'client' ? 'Basic realm="gatehouse", charset="UTF-8"' : 'Bearer';
        expect([route.method, path, answer.status, answer.headers.get('www-authenticate')]).toEqual([route.method, path, 401, challenge]);
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
      }
  });

  it('serves nothing that is not in the table', async () => {
    const table = house.app.routes.flatMap((route) => pathsOf(route).map((path) => `${route.method} ${path}`));
    const known = new Set([...table, ...publicDoors]);
    expect(served.map(({ method, path }) => `${method} ${path}`)).toEqual(expect.arrayContaining([...known]));
    const isPage = (path: string): boolean => /^\/account(\/|$)/.test(path); // account-pages/entry.test.ts asks each of them
    const others = served.filter(({ method, path }) => !known.has(`${method} ${path}`) && !isPage(path));
    for (const { method, path } of others) {
      const { status } = await send(house, { method, path: path.replaceAll(/\{\w+\}/g, 'x') });
      const isAnswerAboutMethods = status === 405 || (method === 'OPTIONS' && status === 204);
      const isHeadOfTable = method === 'HEAD' && known.has(`GET ${path}`);
      expect([method, path, isAnswerAboutMethods || isHeadOfTable]).toEqual([method, path, true]);
    }
  });
});
