// Gateway, section 4.6: what asks for another protocol, where a path has sockets.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { newPerson } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';
import { until } from '../support/until';

let shop: Shop;
let house: House;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop, { upstream: { subscriptions: {} } });
});
afterAll(async () => {
  await house.close();
  await shop.close();
});

interface Wire {
  readonly socket: Socket;
  readonly got: () => string;
  readonly isClosed: () => boolean;
}

/** A connection whose own end stays open, whatever the server does. */
async function open(bytes: string): Promise<Wire> {
  const { hostname, port, host } = new URL(house.url);
  let got = '';
  let isClosed = false;
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on('data', (chunk) => {
    got += String(chunk);
  });
  socket.on('error', () => undefined);
  socket.on('end', () => {
    isClosed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes.replaceAll('HOST', host));
  return { socket, got: () => got, isClosed: () => isClosed };
}

const upgrade = 'GET /graphql HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
const webSocket = `${upgrade}Origin: https://evil.example\r\n\r\n`;

it('a WebSocket without the subprotocol that sends what no client may send is closed, and nothing else ends', async () => {
  const { socket, got, isClosed } = await open(
    `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  await until('it is open', () => got().includes('\r\n\r\n'));
  expect(got()).toMatch(/^HTTP\/1\.1 101 /);
  socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0])); // an opcode that stands for nothing (RFC 6455 §5.2)
  await until('it is closed', isClosed);
  expect((await fetch(`${house.url}/health`)).status).toBe(200);
  socket.destroy();
});

describe('a request for a WebSocket that is refused', () => {
  it('may be reset while it is answered, and the gateway goes on', async () => {
    const resets = await Promise.all(Array.from({ length: 20 }, () => open(webSocket)));
    for (const { socket } of resets) socket.resetAndDestroy();
    for (let time = 0; time < 20; time += 1) await fetch(`${house.url}/health`); // what was written to them has failed by then
    expect((await fetch(`${house.url}/health`)).status).toBe(200);
  });

  it('is closed once it is answered, though its client keeps its own end open', async () => {
    const { socket, got, isClosed } = await open(webSocket);
    await until('it is closed', isClosed);
    expect(got()).toMatch(/^HTTP\/1\.1 403 /);
    await until('nothing of it is left', () => {
      socket.write('x');
      return socket.destroyed; // by the reset that a connection answers with which is not there
    });
  });

  it('behind a request that is not answered yet ends the connection, and nothing else', async () => {
    const { isClosed } = await open(`GET /health HTTP/1.1\r\nHost: HOST\r\n\r\n${webSocket}`);
    await until('it is closed', isClosed);
    expect((await fetch(`${house.url}/health`)).status).toBe(200);
  });
});

it('a request for another protocol is served with its body, and so is the one after it', async () => {
  const { username, password, id } = await newPerson(house);
  const body = JSON.stringify({ username, password });
  const ask = (further: string, method = 'POST /v1/login') =>
    `${method} HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${further}\r\n\r\n${body}`;
  const { socket, got, isClosed } = await open(ask('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk'));
  await until('it is answered', () => got().includes('access_token'));
  expect(got()).toMatch(/^HTTP\/1\.1 200 /);
  expect(got()).toContain(id);
  socket.write(ask('Connection: close, Upgrade\r\nUpgrade: websocket').replaceAll('HOST', new URL(house.url).host));
  await until('the connection is closed', isClosed);
  expect(got().match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  socket.destroy();
});
