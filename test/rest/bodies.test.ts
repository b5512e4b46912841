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
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json;charset=utf8'])(
    'is taken as %s',
    async (contentType) => {
      expectProblem(await post(contentType, login), 401, 'INVALID_CREDENTIALS');
    },
  );

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
    ['with a byte order mark (RFC 8259 §8.1)', `\uFEFF{"username":"${canary}","password":"x"}`],
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
