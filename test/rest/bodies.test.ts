import { gzipSync } from 'node:zlib';
import { type House, openHouse } from '../support/house';
import { expectProblem, json, send } from '../support/wire';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const login = '{"username":"nobody","password":"a quiet garden gate"}';
const post = (contentType: string | null, body: string | Buffer, path = '/v1/login') =>
  send(house, { method: 'POST', path, headers: contentType === null ? [] : [['Content-Type', contentType]], body });

describe('the content type of a body', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json;charset=utf8',
    'application/json; charset=utf-8;',
    'application/json;;',
  ])('is taken as %s', async (contentType) => {
    expectProblem(await post(contentType, login), 401, 'INVALID_CREDENTIALS');
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-7',
    'application/json; charset=utf-16le',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/jsonp',
    'application/problem+json',
    'application/json, text/plain',
    'json',
  ])('is refused as %s (RFC 9110 §15.5.16)', async (contentType) => {
    for (const path of ['/v1/login', '/login', '/v1/register', '/v1/refresh'])
      expectProblem(await post(contentType, login, path), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('is needed', async () => {
    expectProblem(await post(null, login), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('is not looked at where no body is sent', async () => {
    const answer = await send(house, { path: '/health', headers: [['Content-Type', 'text/plain']] });
    expect(answer.status).toBe(200);
  });
});

describe('a body that is no JSON object', () => {
  const canary = 'CANARY-ko3vX';

  it.each([
    ['nothing', ''],
    ['cut off', `{"username":"${canary}","password":`],
    ['with a trailing comma', `{"username":"${canary}","password":"x",}`],
    ['with single quotes', `{'username':'${canary}'}`],
    ['with NaN', `{"username":"${canary}","password":NaN}`],
    ['with two byte order marks', `\uFEFF\uFEFF{"username":"${canary}","password":"x"}`],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from(login, 'utf16le')],
    ['a list', `[{"username":"${canary}","password":"x"}]`],
    ['a text', `"${canary}"`],
    ['a number', '12345678'],
    ['null', 'null'],
    ['true', 'true'],
  ])('is BAD_USER_INPUT: %s', async (_what, body) => {
    for (const path of ['/v1/login', '/v1/register', '/v1/refresh']) {
      const answer = await post('application/json', body, path);
      // An empty body is one of the shapes of "the refresh token is missing".
      if (path === '/v1/refresh' && (body === '' || body === 'null')) expectProblem(answer, 401, 'INVALID_REFRESH_TOKEN');
      else expect(expectProblem(answer, 400, 'BAD_USER_INPUT').issues).toEqual([expect.objectContaining({ path: '' })]);
      expect(answer.raw).not.toContain(canary);
    }
    expect(JSON.stringify(house.log)).not.toContain(canary);
  });

  it('is PAYLOAD_TOO_LARGE past 100 KiB', async () => {
    const answer = await post('application/json', JSON.stringify({ username: 'x'.repeat(100 * 1024), password: canary }));
    expectProblem(answer, 413, 'PAYLOAD_TOO_LARGE');
    expect(answer.raw).not.toContain(canary);
  });
});

describe('a byte order mark before a body (RFC 8259 §8.1)', () => {
  it('is let go by both doors', async () => {
    expectProblem(await post('application/json', `\uFEFF${login}`), 401, 'INVALID_CREDENTIALS');
    const answer = await post('application/json', '\uFEFF{"query":"{ me { id } }"}', '/graphql');
    expect(JSON.parse(answer.body)).toEqual({ data: { me: null } });
  });
});

describe('a content coding', () => {
  const encoded = (coding: string, body: string | Buffer, path = '/v1/login') =>
    send(house, {
      method: 'POST',
      path,
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Encoding', coding],
      ],
      body,
    });

  it.each(['gzip', 'zzz', 'deflate', 'br', 'identity, gzip', 'x-identity'])(
    'is refused by both doors, whatever the bytes are, and the answer says what is taken: %s (RFC 9110 §15.5.16)',
    async (coding) => {
      for (const bytes of [login, gzipSync(login)]) {
        const answer = await encoded(coding, bytes);
        const { issues } = expectProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
        expect(issues).toEqual([{ path: 'content-encoding', message: 'must be identity' }]);
        expect(answer.headers.get('accept-encoding')).toBe('identity');
      }
      const answer = await encoded(coding, '{"query":"{ __typename }"}', '/graphql');
      expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity']);
      expect(JSON.parse(answer.body).errors[0].extensions.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    },
  );

  it.each(['identity', 'Identity', ''])('that changes nothing is none: %j', async (coding) => {
    expectProblem(await encoded(coding, login), 401, 'INVALID_CREDENTIALS');
  });
});

describe('an answer about many faults', () => {
  const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, number) => [`f${number}`, 1]));

  it('shows twenty of them, and how many there are', async () => {
    const answer = await send(house, { method: 'POST', path: '/v1/login', ...json({ ...fields, username: 'x', password: 'y' }) });
    const problem = expectProblem(answer, 400, 'BAD_USER_INPUT');
    expect([(problem.issues as object[]).length, problem.issue_count]).toEqual([20, 10_000]);
    expect(problem.detail).toBe('f0 is not a field of this input, and 9999 more.');
    expect(answer.body.length).toBeLessThan(3_000);
  });

  it('is as short from GraphQL', async () => {
    const names = Array.from({ length: 60 }, (_, number) => `f${number}`);
    const query = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
    const input = { ...Object.fromEntries(names.map((name) => [name, 1])), password: 'y' };
    const answer = await send(house, { method: 'POST', path: '/graphql', ...json({ query, variables: { input } }) });
    const [{ message, extensions }] = JSON.parse(answer.body).errors;
    expect([extensions.code, extensions.issues.length, extensions.issueCount]).toEqual(['BAD_USER_INPUT', 20, 60]);
    expect(message).toBe('The input breaks a rule: f0 is not a field of this input, and 59 more.');
  });

  it('says the one fault where there is one', async () => {
    const answer = await send(house, { method: 'POST', path: '/v1/login', ...json({ username: 'x' }) });
    expect(expectProblem(answer, 400, 'BAD_USER_INPUT')).toMatchObject({
      title: 'The input breaks a rule.',
      detail: 'password is required.',
      issues: [{ path: 'password', message: 'is required' }],
      issue_count: 1,
    });
  });
});

describe('the fields of a body', () => {
  it('are in snake_case and small letters: every other spelling is unknown, and named', async () => {
    const { issues } = expectProblem(
      await send(house, { method: 'POST', path: '/v1/login', ...json({ username: 'x', Password: 'y', PASSWORD: 'z' }) }),
      400,
      'BAD_USER_INPUT',
    );
    expect(issues).toEqual(
      expect.arrayContaining([
        { path: 'password', message: 'is required' },
        { path: 'Password', message: 'is not a field of this input' },
        { path: 'PASSWORD', message: 'is not a field of this input' },
      ]),
    );
  });

  it('count in their last place when one comes twice (RFC 8259 §4)', async () => {
    const twice = '{"username":"first","username":"","password":"x"}';
    const { issues } = expectProblem(await post('application/json', twice), 400, 'BAD_USER_INPUT');
    expect(issues).toEqual([{ path: 'username', message: 'must not be empty' }]);
  });

  it('cannot reach the prototype', async () => {
    const { issues } = expectProblem(
      await post('application/json', '{"__proto__":{"username":"x"},"constructor":1,"password":"x"}'),
      400,
      'BAD_USER_INPUT',
    );
    expect(issues).toEqual(expect.arrayContaining([{ path: '__proto__', message: 'is not a field of this input' }]));
  });

  it('are not read from the query', async () => {
    const path = '/v1/login?username=nobody&password=CANARY-query';
    const answer = await send(house, { method: 'POST', path, ...json({}) });
    expectProblem(answer, 400, 'BAD_USER_INPUT');
    expect(answer.raw + JSON.stringify(house.log)).not.toContain('CANARY-query');
  });
});
