// Gateway, checks 7, 8 and 9; traps 12 and 13; section 4.6.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { setUser } from '../support/set-user';
import { openShop, type Shop, shopEnvironment } from '../support/shop';
import { greeted, type Plain, plainSocket } from '../support/socket';
import type { DatabaseKind } from '../support/stage';
import { type StreamShop, withStreams } from '../support/stream-shop';
import { until } from '../support/until';

let shop: Shop;
let streams: StreamShop;
beforeAll(async () => {
  shop = await openShop();
  streams = withStreams(shop);
});
afterAll(() => shop.close());

const wishes = (subscriptions: object = {}, environment: Record<string, string> = {}) =>
  shopEnvironment(shop.url, { upstream: { subscriptions: { ...subscriptions }, timeoutMs: 2_000 }, environment });

const withHouse = async (run: (house: House) => Promise<void>, subscriptions: object = {}, environment: Record<string, string> = {}) => {
  const house = await openHouse('sqlite', wishes(subscriptions, environment));
  try {
    await run(house);
  } finally {
    await house.close();
  }
};

const ticks = { id: '1', type: 'subscribe', payload: { query: 'subscription { ticks(every: 1) }' } };

describe('a socket', () => {
  it('is one that graphql-ws speaks: public streams for nobody, others by their rules', async () => {
    await withHouse(async (house) => {
      const { accessToken, id } = await newPerson(house);
      const url = `${house.url.replace('http', 'ws')}/graphql`;
      const anonymous = createClient({ url, webSocketImpl: WebSocket });
      const got: unknown[] = [];
      for await (const result of anonymous.iterate({
        query: 'subscription($every: Int) { ticks(every: $every) }',
        variables: { every: 2 },
      })) {
        got.push(result.data);
        if (got.length === 3) break;
      }
      expect(got).toEqual([{ ticks: 0 }, { ticks: 1 }, { ticks: 2 }]);
      await until('the service has ended it', () => streams.running() === 0);
      const errorOf = async (query: string): Promise<string | undefined> => {
        try {
          for await (const _ of anonymous.iterate({ query })) break;
          return undefined;
        } catch (errors) {
          return (errors as { extensions: { code: string } }[])[0]?.extensions.code;
        }
      };
      expect(await errorOf('subscription { orderTicks }')).toBe('UNAUTHENTICATED');
      expect(await errorOf('subscription { nothing }')).toBe('OPERATION_RESOLUTION_FAILURE');
      await anonymous.dispose();
      streams.connections.length = 0;
      const known = createClient({ url, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${accessToken}` } });
      const mixed: unknown[] = [];
      for await (const result of known.iterate({ query: '{ me { id } products(first: 1) { id } }' })) mixed.push(result);
      expect(mixed).toEqual([{ data: { me: { id }, products: [{ id: '1' }] } }]);
      for await (const _ of known.iterate({ query: 'subscription { ticks }' })) break;
      expect(streams.connections).toEqual([
        { headers: expect.objectContaining({ 'x-auth-user-id': id }), params: expect.objectContaining({ 'x-auth-user-id': id }) },
      ]);
      await known.dispose();
    });
  });

  it('7: ends what a role that was taken away allowed, and goes on with the rest', async () => {
    await withHouse(async (house) => {
      const { accessToken, id } = await newPerson(house);
      await setUser(house, id, { roles: 'SUPPORT' });
      const plain = await greeted(house, accessToken);
      plain.say({ id: 'a', type: 'subscribe', payload: { query: 'subscription { orderTicks }' } });
      plain.say({ id: 'b', type: 'subscribe', payload: { query: 'subscription { ticks }' } });
      await until('both run', () => ['a', 'b'].every((each) => plain.messages.some((message) => message.id === each)));
      await setUser(house, id, { roles: '' });
      await until('one has ended', () => plain.messages.some(({ type }) => type === 'error'));
      expect(plain.messages.filter(({ type }) => type === 'error')).toEqual([
        { id: 'a', type: 'error', payload: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) })] },
      ]);
      const after = plain.messages.length;
      await until('the other goes on', () => plain.messages.length > after + 5);
      expect(plain.messages.slice(after).every((message) => message.id === 'b')).toBe(true);
      await until('the service has ended one', () => streams.running() === 1);
      plain.socket.terminate();
    });
  });

  it('9: closes 30 s after its token, and not while the next ones come; with one of another session it is closed', async () => {
    await withHouse(
      async (house) => {
        const person = await newPerson(house);
        const plain = await greeted(house, person.accessToken);
        const kept = await greeted(house, person.accessToken);
        let { refreshToken } = person;
        for (let time = 0; time < 10; time += 1) {
          house.clock.advance(4);
          const answer = await fetch(`${house.url}/v1/refresh`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ refresh_token: refreshToken }),
          });
          const next = (await answer.json()) as { access_token: string; refresh_token: string };
          refreshToken = next.refresh_token;
          kept.say({ type: 'ping', payload: { accessToken: next.access_token } });
          await until('the ping is answered', () => kept.messages.splice(0).some(({ type }) => type === 'pong'));
        }
        await until('the first has ended', () => plain.closed() !== undefined);
        expect([plain.closed(), plain.reason()]).toEqual([4403, 'EXPIRED']);
        expect(kept.closed()).toBeUndefined();
        const other = await newPerson(house);
        kept.say({ type: 'ping', payload: { accessToken: 'nonsense' } });
        await until('the ping is answered', () => kept.messages.some(({ type }) => type === 'pong'));
        expect(kept.closed()).toBeUndefined();
        kept.say({ type: 'ping', payload: { accessToken: other.accessToken } });
        await until('it is closed', () => kept.closed() !== undefined);
        expect(kept.closed()).toBe(4401);
      },
      {},
      { AUTH_ACCESS_TOKEN_SECONDS: '5' },
    );
  });

  it('holds to the protocol: a broken message, two greetings, an id twice, another subprotocol, nothing before the greeting', async () => {
    await withHouse(async (house) => {
      const { accessToken } = await newPerson(house);
      const closedWith = async (plain: Plain) => {
        await until('it is closed', () => plain.closed() !== undefined);
        return plain.closed();
      };
      const broken = await greeted(house);
      broken.socket.send('{');
      expect(await closedWith(broken)).toBe(4400);
      const twice = await greeted(house);
      twice.say({ type: 'connection_init' });
      expect(await closedWith(twice)).toBe(4429);
      const ids = await greeted(house);
      const named = { ...ticks, id: 'i'.repeat(128) }; // as long as one may be
      ids.say(named);
      ids.say(named);
      expect(await closedWith(ids)).toBe(4409);
      expect(await closedWith(await plainSocket(house, {}, null))).toBe(4406);
      const early = await plainSocket(house);
      early.say(ticks);
      expect(await closedWith(early)).toBe(4401);
      const two = await plainSocket(house, { authorization: `Bearer ${accessToken}` });
      two.say({ type: 'connection_init', payload: { authorization: 'Bearer other' } });
      expect(await closedWith(two)).toBe(4400);
      const large = await greeted(house);
      large.socket.send(`{"type":"ping","payload":{"x":"${'x'.repeat(110_000)}"}}`);
      expect(await closedWith(large)).toBe(1009);
      const silent = await plainSocket(house);
      expect(await closedWith(silent)).toBe(4408);
      await until('the service has ended them', () => streams.running() === 0);
    });
  });

  it('waits for the greeting to be judged, and a complete may come before its operation was granted', async () => {
    await withHouse(async (house) => {
      const { accessToken } = await newPerson(house);
      const plain = await plainSocket(house, { authorization: `Bearer ${accessToken}` });
      plain.say({ type: 'connection_init' });
      plain.say({ ...ticks, id: 'gone' });
      plain.say({ id: 'gone', type: 'complete' });
      plain.say({ ...ticks, id: 'stays' });
      await until('it runs', () => plain.messages.some(({ type }) => type === 'next'));
      expect(plain.messages[0]).toEqual({ type: 'connection_ack' });
      expect(plain.messages.some(({ id }) => id === 'gone')).toBe(false);
      plain.socket.terminate();
    });
  });

  it('is refused from a foreign page, at another path, and beyond its numbers', async () => {
    await withHouse(
      async (house) => {
        const { accessToken } = await newPerson(house);
        await expect(plainSocket(house, { origin: 'https://evil.example' })).rejects.toThrow('403');
        await expect(
          new Promise((_, reject) =>
            new WebSocket(`${house.url.replace('http', 'ws')}/health`, 'graphql-transport-ws').on('error', reject),
          ),
        ).rejects.toThrow('200');
        const first = await greeted(house, accessToken);
        const second = await plainSocket(house);
        second.say({ type: 'connection_init', payload: { authorization: `Bearer ${accessToken}` } });
        await until('the second is closed', () => second.closed() !== undefined);
        expect(second.closed()).toBe(4429);
        const third = await greeted(house);
        await expect(plainSocket(house)).rejects.toThrow('503');
        first.socket.terminate();
        third.socket.terminate();
      },
      { perSession: 1, perNode: 2 },
    );
  });

  it("outlives the service's: its operations end, and the next one opens a new one", async () => {
    await withHouse(async (house) => {
      const plain = await greeted(house);
      plain.say(ticks);
      await until('it runs', () => plain.messages.some(({ type }) => type === 'next'));
      streams.cut();
      await until('it has ended', () => plain.messages.some(({ type }) => type === 'error'));
      expect(plain.messages.find(({ type }) => type === 'error').payload[0].extensions.code).toBe('UPSTREAM_FAILED');
      plain.messages.length = 0;
      plain.say({ ...ticks, id: '2' });
      await until('the next runs', () => plain.messages.some(({ type, id }) => type === 'next' && id === '2'));
      plain.socket.terminate();
    });
  });

  it('is not there without subscriptions, and no request is another for it', async () => {
    const house = await openHouse('sqlite', shopEnvironment(shop.url));
    await expect(plainSocket(house)).rejects.toThrow();
    const body = (await postGraphQL(house, 'subscription { ticks }')).body;
    expect(body.errors[0].extensions.code).toBe('BAD_REQUEST');
    await house.close();
  });
});

describe.each(['sqlite', 'postgresql'] as const)('a logout, on %s', (kind: DatabaseKind) => {
  it('8: no message leaves after its answer, the socket is closed with 4401, and graphql-ws does not come back', async () => {
    const first = await openHouse(kind, wishes());
    const second = kind === 'sqlite' ? first : await openHouse(kind, wishes(), first);
    try {
      for (const house of new Set([first, second]))
        for (let time = 0; time < 20; time += 1) {
          const { accessToken } = await newPerson(first);
          let sockets = 0;
          let closed: { code: number; reason: string } | undefined;
          let afterLogout = 0;
          let isOut = false;
          const client = createClient({
            url: `${house.url.replace('http', 'ws')}/graphql`,
            webSocketImpl: WebSocket,
            connectionParams: { authorization: `Bearer ${accessToken}` },
            on: {
              opened: () => {
                sockets += 1;
              },
              closed: (event) => {
                closed = event as { code: number; reason: string };
              },
            },
          });
          let seen = 0;
          const over = (async () => {
            for await (const _ of client.iterate({ query: 'subscription { ticks(every: 1) }' })) {
              seen += 1;
              if (isOut) afterLogout += 1;
            }
          })().catch(() => undefined);
          await until('the stream runs', () => seen > 3);
          await fetch(`${first.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } });
          await sleep(0); // what was sent before the answer has been read by now
          isOut = true;
          await over;
          expect([closed?.code, closed?.reason]).toEqual([4401, 'REVOKED']);
          expect(afterLogout).toBe(0);
          expect(sockets).toBe(1);
        }
      await until('the service has ended them', () => streams.running() === 0);
    } finally {
      if (second !== first) await second.close();
      await first.close();
    }
  });
});

describe('an event stream', () => {
  it('is one that graphql-sse reads, and ends with the log-in, with a last message that says why', async () => {
    await withHouse(async (house) => {
      const { accessToken } = await newPerson(house);
      const client = createSseClient({
        url: `${house.url}/graphql`,
        headers: { authorization: `Bearer ${accessToken}` },
        retryAttempts: 0,
      });
      const results: { data?: unknown; errors?: readonly { extensions?: { code?: string; reason?: string } }[] }[] = [];
      const over = (async () => {
        for await (const result of client.iterate({ query: 'subscription { ticks(every: 1) }' })) results.push(result as never);
      })();
      await until('the stream runs', () => results.length > 3);
      await fetch(`${house.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } });
      await over;
      expect(results.at(-1)?.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'REVOKED' });
      await until('the service has ended it', () => streams.running() === 0);
    });
  });

  it('is cancelled at the service when its client goes', async () => {
    await withHouse(async (house) => {
      const client = createSseClient({ url: `${house.url}/graphql`, retryAttempts: 0 });
      for await (const _ of client.iterate({ query: 'subscription { ticks }' })) break;
      await until('the service has ended it', () => streams.running() === 0);
    });
  });
});
