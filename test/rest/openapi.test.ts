import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { listeningToRoutes, type Served } from '../support/served';
import { json, send, type WireAnswer } from '../support/wire';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Record<string, { readonly schema: object; readonly example: object }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

const committed = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;

let house: House;
let served: readonly Served[];
beforeAll(async () => {
  ({ result: house, served } = await listeningToRoutes(() => openHouse('sqlite', { AUTH_EXPLORER: 'off' })));
});
afterAll(() => house.close());

const operations = Object.entries(committed.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: 'openapi', ...committed } as object);

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
const bodyOf = ({ headers, body }: Pick<WireAnswer, 'headers' | 'body'>): any =>
  headers.get('content-type')?.startsWith('text/plain') ? body : JSON.parse(body);

/** The schema that the document has for one answer; null: it has none. */
function schemaOf(path: string, method: string, { status, headers }: Pick<WireAnswer, 'status' | 'headers'>): ValidateFunction | null {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  if (committed.paths[path]?.[method.toLowerCase()]?.responses[status]?.content?.[type] === undefined) return null;
  const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ajv.getSchema(`openapi#/${escaped.join('/')}`) ?? null;
}

const inSnakeCase = /^[a-z][a-z0-9_]*$/;

describe('GET /openapi.json', () => {
  it('is the committed document, for this version', async () => {
    const answer = await send(house, { path: '/openapi.json' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, committed]);
    expect(committed.openapi).toBe('3.1.0');
  });

  it('has every path and method that is served, and no other', () => {
    const documented = operations.map(({ method, path }) => `${method} ${path}`);
    const undocumented = new Set(['POST /graphql', 'GET /']); // the schema is its document; a page for people
    const real = served
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !name.startsWith('HEAD ') && !undocumented.has(name) && !/^\w+ \/account(\/|$)/.test(name)); // pages for people
    expect([...real].sort()).toEqual([...documented].sort());
  });

  it('names operations once, and fields in snake_case', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of ['User', 'Session', 'SignedIn', 'Problem'])
      for (const field of Object.keys((committed.components.schemas[name] as { properties: object }).properties))
        expect(field).toMatch(inSnakeCase);
  });

  it('has examples that fit their own schemas', () => {
    for (const { operation } of operations)
      for (const { schema, example } of Object.values(operation.requestBody?.content ?? {}))
        if (example !== undefined)
          expect([operation.operationId, ajv.validate(schema, example), ajv.errorsText()]).toEqual([
            operation.operationId,
            true,
            'No errors',
          ]);
  });
});

describe('every documented operation', () => {
  /** Sends it, and holds the answer to what the document says of it. */
  const walk = async (method: string, path: string, token?: string, body?: unknown, parameters: Record<string, string> = {}) => {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? 'x');
    const { headers = [], body: text } = body === undefined ? {} : json(body);
    const authorization = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const];
    const answer = await send(house, {
      method,
      path: url,
      headers: [...headers, ...authorization],
      ...(text !== undefined && { body: text }),
    });
    const validate = schemaOf(path, method, answer);
    if (validate === null)
      throw new Error(`${method} ${path} answers ${answer.status} ${answer.headers.get('content-type')}, which is not documented`);
    const isValid = validate(bodyOf(answer));
    expect([method, path, answer.status, isValid, ajv.errorsText(validate.errors)]).toEqual([
      method,
      path,
      answer.status,
      true,
      'No errors',
    ]);
    return { status: answer.status, body: bodyOf(answer) };
  };

  it('is served, and answers nothing and nonsense as documented', async () => {
    for (const { method, path } of operations) {
      const { status } = await walk(method, path);
      expect([method, path, status]).not.toEqual([method, path, 404]);
      expect([method, path, status]).not.toEqual([method, path, 405]);
    }
    for (const { method, path, operation } of operations)
      if (operation.requestBody?.content['application/json']) await walk(method, path, undefined, { nothing: ['nonsense'] });
  });

  it.each(['/v1', ''])('goes well as documented, under "%s"', async (base) => {
    const username = uniqueName();
    const [password, newPassword] = ['a quiet garden gate', 'another quiet gate'];
    const person = { username, email: `${username}@example.com`, password, name: 'Kate' };
    const { body: first } = await walk('POST', `${base}/register`, undefined, person);
    const { body: second } = await walk('POST', `${base}/login`, undefined, { username, password });
    const { body: refreshed } = await walk('POST', `${base}/refresh`, undefined, { refresh_token: first.refresh_token });
    const token = refreshed.access_token as string;
    const { body: listed } = await walk('GET', `${base}/sessions`, token);
    expect(listed.sessions).toHaveLength(2);
    const done = [
      await walk('GET', `${base}/profile`, token),
      await walk('PATCH', `${base}/profile`, token, { bio: 'gardens', picture_url: 'https://example.com/a.png', locale: 'en' }),
      await walk('PUT', `${base}/profile`, token, { bio: null }),
      await walk('DELETE', `${base}/sessions/{id}`, token, undefined, { id: second.session.id }),
      await walk('PUT', `${base}/password`, token, { current_password: password, new_password: newPassword }),
      await walk('POST', `${base}/logout`, token, { scope: 'all' }),
    ];
    expect(done.map(({ status }) => status)).toEqual(done.map(() => 200));
    const refused = [
      await walk('POST', `${base}/register`, undefined, person),
      await walk('POST', `${base}/register`, undefined, { ...person, password: 'short' }),
      await walk('POST', `${base}/login`, undefined, { username, password }),
      await walk('POST', `${base}/refresh`, undefined, { refresh_token: 'x' }),
      await walk('GET', `${base}/profile`, token),
      await walk('GET', `${base}/sessions`, token),
    ];
    expect(refused.map(({ status }) => status)).toEqual([409, 400, 401, 401, 401, 401]);
  });

  it('without parameters and bodies goes well as documented', async () => {
    const open = operations.filter(
      ({ method, operation }) => method === 'GET' && operation.security.length === 0 && !operation.requestBody,
    );
    for (const { method, path } of open) await walk(method, path);
    expect(open.length).toBeGreaterThan(3);
  });
});
