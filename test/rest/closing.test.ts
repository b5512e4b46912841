import { connect, type Socket } from 'node:net';
import { openHouse } from '../support/house';

/** A connection that is busy: the gateway has read half of a request. */
async function openBusySocket(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(
    'POST /v1/login HTTP/1.1\r\nHost: gatehouse.test\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{',
  );
  await new Promise<void>((resolve) => socket.once('data', () => resolve())); // 100 Continue: it is inside
  return socket;
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(!!socket.destroy()));
    socket.once('error', () => resolve(false));
  });

it('a request that comes in over a busy connection while the gateway closes is answered as ever, and the connection ends', async () => {
  const house = await openHouse('sqlite');
  const socket = await openBusySocket(house.app.port);
  let answers = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answers += text;
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const closed = house.close();
  while (await isListening(house.app.port));
  socket.write('}GET /nowhere HTTP/1.1\r\nHost: gatehouse.test\r\n\r\n');
  await Promise.all([ended, closed]);
  const [, ...heads] = answers.split('HTTP/1.1 ');
  expect(heads.map((head) => head.slice(0, 3))).toEqual(['400', '404']); // empty input, and no such path
  for (const head of heads) expect(head).toMatch(/^content-type: application\/problem\+json/im);
  expect(heads.at(-1)).toMatch(/^connection: close/im);
});
