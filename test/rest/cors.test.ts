import { type House, openHouse } from '../support/house';
import { send, type WireAnswer } from '../support/wire';

const page = 'https://app.example.com';
const app = 'capacitor://localhost';
const extension = 'chrome-extension://gppongmhjkpfnbhagpmjfkannfbllamg';

let production: House;
let development: House;
beforeAll(async () => {
  production = await openHouse('sqlite', {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://auth.example.com',
    AUTH_CORS_ORIGINS: [page, app, extension].join(','),
  });
  development = await openHouse('sqlite');
});
afterAll(async () => {
  await production.close();
  await development.close();
});

const preflight = (house: House, origin: string, asked: string): Promise<WireAnswer> =>
  send(house, {
    method: 'OPTIONS',
    path: '/graphql',
    headers: [
      ['Origin', origin],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', asked],
    ],
  });
const mayRead = async (house: House, origin: string): Promise<boolean> => {
  const { headers } = await send(house, { path: '/v1/profile', headers: [['Origin', origin]] });
  return headers.get('access-control-allow-origin') === origin && headers.get('access-control-allow-credentials') === 'true';
};
const refusedOrigins = (house: House): unknown[] => house.log.filter(({ msg }) => msg.includes('was refused')).map(({ origin }) => origin);

describe('a page of an allowed origin', () => {
  it.each([page, app, extension])('may call and read the answer: %s', async (origin) => {
    expect(await mayRead(production, origin)).toBe(true);
  });

  it('may send whatever headers it asks for (apollo-client#4164)', async () => {
    const asked = 'authorization,content-type,traceparent,baggage,sentry-trace,apollographql-client-name,apollo-require-preflight';
    const answer = await preflight(production, page, asked);
    expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, asked]);
    expect(answer.headers.get('vary')).toMatch(/Origin.*Access-Control-Request-Headers/);
  });
});

describe('any other page', () => {
  const foreign = [
    'https://evil.example.com',
    'null',
    `${page}.evil.example`,
    `${page}:8443`,
    'https://evil-app.example.com',
    page.replace('https', 'http'),
    'capacitor://localhost.evil',
    'tauri://localhost',
    'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'http://localhost:5173', // in production
  ];

  it.each(foreign)('is not told that it may read or send anything: %s', async (origin) => {
    expect(await mayRead(production, origin)).toBe(false);
    const { headers } = await preflight(production, origin, 'authorization');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('is told of in the log, once', async () => {
    for (const origin of foreign) await send(production, { path: '/health', headers: [['Origin', origin]] });
    for (const origin of foreign)
      expect([origin, refusedOrigins(production).filter((each) => each === origin)]).toEqual([origin, [origin]]);
    for (const origin of [page, app, 'https://auth.example.com']) expect(refusedOrigins(production)).not.toContain(origin);
  });

  it('is told of where no origin is set at all, too', async () => {
    const bare = await openHouse('sqlite', { NODE_ENV: 'production', PUBLIC_URL: 'https://auth.example.com' });
    for (let time = 0; time < 2; time += 1) await preflight(bare, page, 'authorization');
    expect(refusedOrigins(bare)).toEqual([page]);
    await bare.close();
  });

  it('cannot fill the log: nothing is told of a hundred and more, nor of what is no origin', async () => {
    const flooded = await openHouse('sqlite', { NODE_ENV: 'production', PUBLIC_URL: 'https://auth.example.com' });
    for (const origin of [
      'CANARY',
      `https://${'x'.repeat(300)}.example`,
      'https://a b',
      'https://kate:CANARY@a.example',
      'https://a/CANARY',
    ])
      await send(flooded, { path: '/health', headers: [['Origin', origin]] });
    expect(refusedOrigins(flooded)).toEqual([]);
    for (let number = 0; number < 120; number += 1)
      await send(flooded, { path: '/health', headers: [['Origin', `https://${number}.example`]] });
    expect(refusedOrigins(flooded)).toHaveLength(100);
    await flooded.close();
  });
});

describe('a page of this machine, in development', () => {
  it.each(['http://localhost:5173', 'http://localhost', 'http://127.0.0.1:3000', 'http://[::1]:8080', 'https://localhost:5173'])(
    'may call without a setting: %s',
    async (origin) => {
      expect(await mayRead(development, origin)).toBe(true);
    },
  );

  it.each([
    'http://localhost.evil.example',
    'http://localhost:5173.evil.example',
    'http://evil-localhost:5173',
    'http://localhost@evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.2',
    'http://LOCALHOST:5173',
    'ftp://localhost',
  ])('is no page that only looks like one: %s', async (origin) => {
    expect(await mayRead(development, origin)).toBe(false);
  });
});
