// Gateway, section 4.6: a new token without a reconnect, by the client of this package and graphql-ws.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createGatehouse, gatehouseSocket } from '../../packages/client/src/index';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { openShop, type Shop, shopEnvironment } from '../support/shop';
import { withStreams } from '../support/stream-shop';
import { until } from '../support/until';

let shop: Shop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  withStreams(shop);
  const environment = { AUTH_ACCESS_TOKEN_SECONDS: '5' };
  house = await openHouse('sqlite', shopEnvironment(shop.url, { upstream: { subscriptions: {} }, environment }));
});
afterAll(async () => {
  await house.close();
  await shop.close();
});

it('sends each new token into the open socket: a stream outlives many of them, and nothing is opened anew', async () => {
  const { username, password } = await newPerson(house);
  const gatehouse = createGatehouse({ url: house.url, now: () => house.clock.now() });
  await gatehouse.login({ username, password });
  const seen = { opened: 0, ticks: 0, pongs: 0, closed: undefined as number | undefined };
  const url = `${house.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, ...gatehouseSocket(gatehouse, { lookEveryMs: 10 }) });
  client.on('opened', () => {
    seen.opened += 1;
  });
  client.on('pong', (isReceived) => {
    if (isReceived) seen.pongs += 1;
  });
  client.on('closed', (event) => {
    seen.closed = (event as { code: number }).code;
  });
  const over = (async () => {
    for await (const _ of client.iterate({ query: 'subscription { ticks(every: 5) }' })) seen.ticks += 1;
  })().catch(() => undefined);
  await until('the stream runs', () => seen.ticks > 3);
  for (let time = 1; time <= 10; time += 1) {
    const { pongs } = seen;
    house.clock.advance(5);
    await until('the next token is taken', () => seen.pongs > pongs);
  }
  const { ticks } = seen;
  await until('the stream goes on', () => seen.ticks > ticks + 3);
  expect(seen).toMatchObject({ opened: 1, closed: undefined });
  await gatehouse.logout();
  await over;
  expect(seen).toMatchObject({ opened: 1, closed: 4401 });
  await client.dispose();
});

it('says each token once, goes on where one could not be had, and says nothing for nobody or into a socket that is closed', async () => {
  const answers: (string | null | Error)[] = ['a', 'a', new Error('no network'), 'b', 'b', null];
  let looks = 0;
  const accessToken = async (): Promise<string | null> => {
    looks += 1;
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer ?? null;
  };
  const { connectionParams, on } = gatehouseSocket({ accessToken }, { lookEveryMs: 1 });
  const sent: unknown[] = [];
  const socket = { readyState: 1, send: (message: string) => void sent.push(JSON.parse(message)) };
  expect(await connectionParams()).toEqual({ authorization: 'Bearer a' });
  on.connected(socket);
  await until('all was looked at', () => looks > 8);
  expect(sent).toEqual([{ type: 'ping', payload: { accessToken: 'b' } }]);
  socket.readyState = 3;
  answers[0] = 'c';
  const { length } = sent;
  const seen = looks;
  await until('it is looked at again', () => looks > seen + 2);
  on.closed();
  expect(sent).toHaveLength(length);
  expect(await gatehouseSocket({ accessToken: async () => null }).connectionParams()).toEqual({});
});
