import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { z } from 'zod';
import type { RequestContext } from '../../src/context';
import { createLogger } from '../../src/log';
import { createClientOf } from '../../src/rest/client-of';
import { createHttpServer } from '../../src/rest/http.server';
import { verdictOf } from '../../src/rest/known-answers';
import { registerRoutes } from '../../src/rest/register-routes';
import { Reply, type Route } from '../../src/rest/route';
import type { AuthenticatedSession } from '../../src/sessions/session.check';
import type { AccessTokenClaims } from '../../src/tokens/access-token';
import { graphql, rest } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { newVisitor } from '../support/visitors';
import { exchange, send, type WireAnswer, type WireRequest } from '../support/wire';

const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;

/** What belongs to one answer alone. */
const withoutItsOwn = ({ status, headers, body }: WireAnswer) => ({
  status,
  body,
  headers: [...headers].map(([name, value]) => (['date', 'x-request-id'].includes(name) ? [name] : [name, value])), // in their order
});

onBothDatabases(
  'an answer that was given before',
  (house) => {
    const get = (path: string, token: string, headers: WireRequest['headers'] = []) =>
      send(house(), { path, headers: [bearer(token), ...headers] });

    const asked: Readonly<Record<string, readonly [path: string, headers: WireRequest['headers']]>> = {
      'the profile': ['/v1/profile', []],
      'the profile as the first documents ask for it': ['/profile', []],
      'forward-auth': ['/v1/verify', []],
      'forward-auth with a query': ['/v1/verify?x=%C3%A4', []],
      'an allowed page': ['/v1/profile', [['Origin', 'https://app.test']]],
      'a page that is not allowed': ['/v1/profile', [['Origin', 'https://elsewhere.test']]],
      'a browser with cookies': ['/v1/profile', [['Cookie', '__Host-gatehouse_device=x; __Host-gatehouse_refresh=y']]],
    };

    it.each(Object.keys(asked))('is the same, header for header: %s', async (name) => {
      const [path, headers] = asked[name] as (typeof asked)[string];
      const { accessToken } = await newVisitor(house());
      const answers = [];
      for (const _ of [1, 2, 3]) answers.push(await get(path, accessToken, headers));
      const [first, ...others] = answers.map(withoutItsOwn);
      expect(first?.status).toBe(200);
      for (const other of others) expect(other).toEqual(first);
      expect(new Set(answers.map((answer) => answer.headers.get('x-request-id'))).size).toBe(3);
    });

    it('is the same in any script', async () => {
      const { accessToken } = await newVisitor(house());
      await graphql.send(house(), 'updateProfile', { name: 'Zoë 東京 👋' }, accessToken);
      const [first, ...others] = [
        await get('/v1/profile', accessToken),
        await get('/v1/profile', accessToken),
        await get('/v1/profile', accessToken),
      ];
      for (const other of others) expect(withoutItsOwn(other)).toEqual(withoutItsOwn(first as WireAnswer));
      expect(JSON.parse(others[1]?.body ?? '').name).toBe('Zoë 東京 👋');
    });

    it('has the id that its request has, and a line in the log', async () => {
      const { accessToken } = await newVisitor(house());
      for (const id of ['first-1', 'second-2', 'third-3']) {
        const answer = await get('/v1/profile?canary', accessToken, [['X-Request-Id', id]]);
        expect(answer.headers.get('x-request-id')).toBe(id);
        const lines = house().log.filter((line) => line.requestId === id);
        expect(lines).toEqual([
          {
            level: 'info',
            time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            requestId: id,
            method: 'GET',
            route: '/v1/profile',
            status: 200,
            milliseconds: expect.any(Number),
            msg: 'request',
          },
        ]);
      }
    });

    it('is not given once the user is another one in anything', async () => {
      const { accessToken, id } = await newVisitor(house());
      const [profile, verify] = [() => get('/v1/profile', accessToken), () => get('/v1/verify?role=EDITOR', accessToken)];
      for (const _ of [1, 2]) expect([JSON.parse((await profile()).body).name, (await verify()).status]).toEqual([null, 403]);
      await graphql.send(house(), 'updateProfile', { name: 'Kate' }, accessToken);
      for (const _ of [1, 2]) expect(JSON.parse((await profile()).body).name).toBe('Kate');
      await house().app.services.users.setRoles(id, ['EDITOR']);
      for (const _ of [1, 2]) expect([JSON.parse((await profile()).body).roles, (await verify()).status]).toEqual([['EDITOR'], 200]);
      await house().app.services.users.setRoles(id, []);
      for (const _ of [1, 2]) expect([JSON.parse((await profile()).body).roles, (await verify()).status]).toEqual([[], 403]);
    });

    it('is given to nobody else', async () => {
      const [kate, eve] = [await newVisitor(house()), await newVisitor(house())];
      for (const _ of [1, 2, 3])
        for (const { accessToken, id } of [kate, eve]) {
          expect(JSON.parse((await get('/v1/profile', accessToken)).body).id).toBe(id);
          expect((await get('/v1/verify', accessToken)).headers.get('x-auth-user-id')).toBe(id);
        }
    });

    it('is not given when the token has expired', async () => {
      const { accessToken } = await newVisitor(house());
      for (const _ of [1, 2]) expect((await get('/v1/profile', accessToken)).status).toBe(200);
      house().clock.advance(3_600);
      expect(JSON.parse((await get('/v1/profile', accessToken)).body).reason).toBe('EXPIRED');
      house().clock.advance(-3_600);
      expect((await get('/v1/profile', accessToken)).status).toBe(200);
    });

    it('is not given when the key of its token was removed', async () => {
      const { accessToken } = await newVisitor(house());
      for (const _ of [1, 2]) expect((await get('/v1/verify', accessToken)).status).toBe(200);
      const { keys } = house().app.services;
      const active = (await keys.list()).find(({ state }) => state === 'active');
      await keys.remove(active?.kid ?? '');
      expect(JSON.parse((await get('/v1/verify', accessToken)).body).reason).toBe('INVALID');
    });

    it('is not given to a request that says two things', async () => {
      const [kate, eve] = [await newVisitor(house()), await newVisitor(house())];
      for (const { accessToken } of [kate, eve, kate, eve]) expect((await get('/v1/profile', accessToken)).status).toBe(200);
      const twice = await get('/v1/profile', kate.accessToken, [bearer(eve.accessToken)]);
      expect([twice.status, JSON.parse(twice.body).code]).toEqual([400, 'BAD_USER_INPUT']);
      expect((await get('/v1/profile', kate.accessToken, [['Host', 'elsewhere.test']])).status).toBe(400);
    });

    it('comes to a client that has said that it will say no more', async () => {
      if (house().app.services.database.provider !== 'sqlite') return; // elsewhere the first answer takes a query, and is too late
      const { accessToken } = await newVisitor(house());
      const request = `GET /v1/profile HTTP/1.1\r\nHost: gatehouse.test\r\n${bearer(accessToken).join(': ')}\r\n\r\n`;
      for (const _ of [1, 2, 3]) expect((await exchange(house(), request, { ends: true })).status).toBe(200);
    });

    it('is told of only where it is sent: bytes that follow the end of a connection spoil what came before them', async () => {
      const { accessToken } = await newVisitor(house());
      for (const _ of [1, 2]) await rest.send(house(), 'profile', undefined, accessToken);
      const ask = (id: string) =>
        `GET /v1/profile HTTP/1.1\r\nHost: gatehouse.test\r\n${bearer(accessToken).join(': ')}\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`;
      const { status, raw } = await exchange(house(), ask('last-1') + ask('after-2'));
      expect([status, raw.split('HTTP/1.1').length]).toEqual([400, 2]);
      expect(house().log.filter(({ requestId }) => requestId === 'last-1' || requestId === 'after-2')).toEqual([]);
    });

    it('comes in its turn over one connection', async () => {
      const { accessToken, id } = await newVisitor(house());
      for (const _ of [1, 2]) await rest.send(house(), 'profile', undefined, accessToken);
      const ask = (path: string, more = '') =>
        `GET ${path} HTTP/1.1\r\nHost: gatehouse.test\r\n${bearer(accessToken).join(': ')}\r\n${more}\r\n`;
      const { raw } = await exchange(
        house(),
        ask('/v1/sessions') + ask('/v1/profile') + ask('/health') + ask('/v1/profile', 'Connection: close\r\n'),
      );
      expect(raw.match(/HTTP\/1.1 \d+|\r\n\{"(sessions|status)"|\r\n\{"id":"[^"]+"/g)?.map((part) => part.trim())).toEqual([
        ...['HTTP/1.1 200', '{"sessions"', 'HTTP/1.1 200', `{"id":"${id}"`],
        ...['HTTP/1.1 200', '{"status"', 'HTTP/1.1 200', `{"id":"${id}"`],
      ]);
    });
  },
  { AUTH_CORS_ORIGINS: 'https://app.test' },
);

/** A server with one such route, whose sessions are what the test remembers, by the whole header. */
async function openServer() {
  const remembered = new Map<string, AuthenticatedSession>();
  const around = {
    isDraining: false,
    runs: 0,
    answers: 0,
    recalls: 0,
    known: [] as string[],
    context: new AsyncLocalStorage<string>(),
    contexts: [] as unknown[],
  };
  const config = { trustProxy: undefined, corsOrigins: ['https://app.test'], publicUrl: 'http://gatehouse.test' };
  const logger = createLogger('silent');
  const clientOf = createClientOf(config, () => config.publicUrl);
  const server = await createHttpServer(config, logger, {
    isDraining: () => around.isDraining,
    clientOf,
    sessionCheck: {
      recallToken: (authorization) => ({ sessionId: authorization }) as AccessTokenClaims,
      recall: () => {
        around.recalls += 1;
        return ({ sessionId }) => remembered.get(sessionId) ?? null;
      },
    },
    onAnswer: () => {
      around.answers += 1;
    },
    onKnownAnswer: (operation) => {
      around.known.push(operation);
      around.contexts.push(around.context.getStore());
    },
  });
  const route: Route = {
    method: 'GET',
    path: '/count',
    at: 'root',
    access: 'session',
    status: 200,
    operationId: 'count',
    summary: '',
    tag: '',
    answer: z.object({ run: z.int().optional(), text: z.string().optional() }),
    ofSessionAlone: { operation: 'count' },
    failures: [],
    run: async (_context, { query }) => {
      around.runs += 1;
      around.contexts.push(around.context.getStore());
      const unusual: Readonly<Record<string, Reply>> = {
        created: new Reply(201, {}, {}),
        cookie: new Reply(200, { 'set-cookie': 'a=b' }, {}),
        unsendable: new Reply(200, { 'x-spoilt': '\u2026' }, {}),
        long: new Reply(200, {}, { run: 1, text: 'x'.repeat(1_024) }),
      };
      return unusual[query] ?? { run: around.runs };
    },
  };
  registerRoutes(
    server,
    [route],
    (request) => ({ client: clientOf(request), verdict: verdictOf(request) }) as unknown as RequestContext,
    logger,
  );
  await server.listen({ host: '127.0.0.1', port: 0 });
  // As tracing does it: whatever a request leads to runs in a context of its own.
  const emit = server.server.emit.bind(server.server);
  server.server.emit = (event: string, ...values: unknown[]) => {
    if (event !== 'request') return emit(event, ...values);
    const [{ headers }] = values as [IncomingMessage];
    const emitted = around.context.run(String(headers['x-request-id']), () => emit(event, ...values));
    if (headers['x-drain']) around.isDraining = true;
    return emitted;
  };
  const house: Pick<House, 'url'> = { url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
  return { remembered, around, house, close: () => server.close() };
}

const openSocket = ({ url }: Pick<House, 'url'>): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) }, () => resolve(socket));
  });

describe('the route', () => {
  let opened: Awaited<ReturnType<typeof openServer>>;
  const kate = bearer('kate');
  const newSession = () => ({}) as AuthenticatedSession;
  /** How often it ran for these requests, one after the other. */
  const runsFor = async (...requests: readonly Partial<WireRequest>[]): Promise<number> => {
    const before = opened.around.runs;
    for (const request of requests) await send(opened.house, { path: '/count', headers: [kate], ...request });
    return opened.around.runs - before;
  };

  beforeEach(async () => {
    opened = await openServer();
    opened.remembered.set('Bearer kate', newSession());
  });
  afterEach(() => opened.close());

  it('runs once, and each answer is told of', async () => {
    expect(await runsFor({}, {}, {})).toBe(1);
    expect(opened.around).toMatchObject({ answers: 3, known: ['count', 'count'] });
  });

  it('runs again for another session, and when the row was read anew and is another one', async () => {
    opened.remembered.set('Bearer eve', newSession());
    expect(await runsFor({}, { headers: [bearer('eve')] }, {}, { headers: [bearer('eve')] })).toBe(2);
    opened.remembered.set('Bearer kate', newSession());
    expect(await runsFor({}, {})).toBe(1);
  });

  it('runs each time for what is not remembered', async () => {
    opened.remembered.clear();
    expect(await runsFor({}, {}, {})).toBe(3);
  });

  it('runs for each URL and each page, and keeps the answers of four', async () => {
    const origin = (of: string): Partial<WireRequest> => ({ headers: [kate, ['Origin', of]] });
    expect(await runsFor({ path: '/count?a' }, { path: '/count?b' }, { path: '/count?a' })).toBe(2);
    expect(await runsFor(origin('https://app.test'), origin('https://elsewhere.test'), origin('https://app.test'))).toBe(2);
    expect(await runsFor({ path: '/count?fifth' }, { path: '/count?fifth' })).toBe(2);
    expect(await runsFor({ path: '/count?a' })).toBe(0);
  });

  it.each([
    ['a HEAD', 'HEAD /count HTTP/1.1\r\nHost: x\r\n', ''],
    ['an old client', 'GET /count HTTP/1.0\r\n', ''],
    ['a body', 'GET /count HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n', '{}'],
    ['a body in chunks', 'GET /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['a URL of more than 256 characters', `GET /count?${'x'.repeat(250)} HTTP/1.1\r\nHost: x\r\n`, ''],
  ])('runs each time for %s', async (_what, head, body) => {
    await runsFor({});
    const before = opened.around.runs;
    for (const _ of [1, 2]) await exchange(opened.house, `${head}Connection: close\r\n${kate.join(': ')}\r\n\r\n${body}`);
    expect(opened.around.runs - before).toBe(2);
  });

  it('runs each time where the answer is no plain 200', async () => {
    expect(await runsFor({ path: '/count?created' }, { path: '/count?created' })).toBe(2);
    expect(await runsFor({ path: '/count?cookie' }, { path: '/count?cookie' })).toBe(2);
  });

  it.each(['unsendable', 'long'])('runs each time for an answer that is %s', async (query) => {
    expect(await runsFor({ path: `/count?${query}` }, { path: `/count?${query}` }, { path: `/count?${query}` })).toBe(3);
    expect(await runsFor({}, {})).toBe(1);
  });

  it('runs for a request that waits while the gateway begins to drain', async () => {
    await runsFor({});
    const answer = await send(opened.house, { path: '/count', headers: [kate, ['X-Drain', 'now']] });
    expect([answer.status, opened.around.runs]).toEqual([200, 2]);
  });

  it('runs, or does not, in the context of its own request, whoever else is answered in the same turn', async () => {
    const { around, house } = opened;
    const names = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5'];
    const sockets = await Promise.all(names.map(() => openSocket(house)));
    for (const round of ['each runs', 'none runs'])
      for (let together = false; !together; ) {
        if (round === 'each runs') opened.remembered.set('Bearer kate', newSession());
        Object.assign(around, { contexts: [], recalls: 0 });
        const heard = sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve)));
        sockets.forEach((socket, index) => {
          socket.write(`GET /count HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${names[index]}\r\n${kate.join(': ')}\r\n\r\n`);
        });
        await Promise.all(heard);
        expect([...around.contexts].sort()).toEqual(names);
        together = around.recalls < names.length; // some of them were in one turn, so that there was something to mix up
      }
    for (const socket of sockets) socket.destroy();
  });

  it('runs while the gateway drains: each answer then ends its connection', async () => {
    await runsFor({});
    opened.around.isDraining = true;
    expect(await runsFor({}, {})).toBe(2);
    opened.around.isDraining = false;
    expect(await runsFor({})).toBe(0);
  });
});
