/** @own-modules because it moves their timers: on a slow machine what is held up here would be refused after 2 s */
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { doors, newPerson, rest, uniqueName, untilServed } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { until } from '../support/until';

const password = 'a quiet garden gate';

describe('when', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_HASH_THREADS: '1', AUTH_BCRYPT_COST: '12', METRICS_PORT: '0' }); // a job takes a while
  });
  afterAll(() => house.close());
  afterEach(() => jest.restoreAllMocks());

  /** How often the log and the metric have named this cause. */
  const told = async (cause: string) => {
    const lines = house.log.filter(({ msg, cause: said }) => msg === 'unavailable' && (said as { code?: string }).code === cause);
    const metrics = await (await fetch(`http://127.0.0.1:${house.app.metricsPort}/metrics`)).text();
    const counted = new RegExp(`^gatehouse_unavailable_total\\{cause="${cause}"\\} (\\d+)$`, 'm').exec(metrics)?.[1];
    return { log: lines.length, metric: Number(counted ?? 0) };
  };

  it('a hashing thread dies with a job, that login is UNAVAILABLE, the next one works, and nothing is half done', async () => {
    const person = await newPerson(house);
    const { client } = house.app.services.database;
    const before = await client.session.count();
    const { postMessage } = Worker.prototype;
    const spy = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
      spy.mockRestore();
      postMessage.apply(this, args);
      void this.terminate(); // with the job in its hands
    });
    const killed = await rest.send(house, 'login', { username: person.username, password });
    expect([killed.status, killed.code, killed.headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1']);
    expect(await told('HASHING_THREAD_DIED')).toEqual({ log: 1, metric: 1 });
    expect(await client.session.count()).toBe(before);
    expect((await untilServed(() => rest.send(house, 'login', { username: person.username, password }))).code).toBeNull();
    expect(await client.session.count()).toBe(before + 1);
  });

  it('fifty clients go away in the middle of a request, no hashing job stays behind and the next one is served', async () => {
    const person = await newPerson(house);
    const { port } = house.app;
    const body = JSON.stringify({ username: uniqueName(), password: 'wrong' });
    const head = (path: string, length: number) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const parts = [
      'POST /v1/log',
      head('/v1/login', body.length),
      head('/v1/login', body.length) + body.slice(0, 10), // before its end
      head('/v1/login', body.length) + body, // before its answer
      `${head('/graphql', 100)}{"query":"{ me`,
    ];
    const leave = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes, () => socket.resetAndDestroy()));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    await Promise.all(Array.from({ length: 50 }, (_, each) => leave(parts[each % parts.length] ?? '')));
    const served = await rest.send(house, 'profile', undefined, person.accessToken);
    expect(served.body.id).toBe(person.id);
    // Behind those that left, until all of them have had their turn.
    const isBusy = () => house.app.services.hashing().queued + house.app.services.hashing().running > 0;
    expect((await untilServed(() => rest.send(house, 'login', { username: person.username, password }))).code).toBeNull();
    await until('no job is left', () => !isBusy());
    expect(house.app.services.hashing()).toMatchObject({ queued: 0, running: 0 });
  });

  describe('the queue is full,', () => {
    const sockets: Socket[] = [];
    /** The thread gets its first job only when it is told so, and nobody waits for too long meanwhile. */
    const holdThread = () => {
      const { setTimeout: realSetTimeout } = globalThis;
      jest
        .spyOn(globalThis, 'setTimeout')
        .mockImplementation(((work: () => void, ms?: number) => realSetTimeout(work, ms === 2_000 ? 600_000 : ms)) as typeof setTimeout);
      let release = () => {};
      const { postMessage } = Worker.prototype;
      jest.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (this: Worker, ...args) {
        release = () => postMessage.apply(this, args);
      });
      return () => release();
    };
    const logInAndWait = () => {
      const body = JSON.stringify({ username: uniqueName(), password: 'wrong' });
      const socket = connect({ host: '127.0.0.1', port: house.app.port }).on('error', () => {});
      socket.write(`POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      sockets.push(socket);
    };
    const untilQueued = async (count: number) => {
      while (house.app.services.hashing().queued !== count) await new Promise((resolve) => setImmediate(resolve));
    };
    const fillQueue = async () => {
      for (let place = 0; place < 9; place += 1) logInAndWait();
      await untilQueued(8);
    };
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      await untilQueued(0);
    });

    it('the next one is refused before anything is read or counted', async () => {
      const { username } = await newPerson(house);
      const release = holdThread();
      await fillQueue();
      const before = house.queries.length;
      for (const door of doors) expect((await door.send(house, 'login', { username, password })).code).toBe('UNAVAILABLE');
      const name = uniqueName();
      expect((await rest.send(house, 'register', { username: name, email: `${name}@example.com`, password })).code).toBe('UNAVAILABLE');
      expect(house.queries.slice(before).filter((sql) => /"(users|attempts)"/.test(sql))).toEqual([]);
      expect(await told('HASHING_QUEUE_FULL')).toEqual({ log: 3, metric: 3 }); // each door, and the registration
      release();
    });

    it('those who wait go away, and who comes next does not stand behind them', async () => {
      const { username } = await newPerson(house);
      const { completed } = house.app.services.hashing();
      const attempts = () => house.app.services.database.client.attempt.count();
      const countedBefore = await attempts();
      const release = holdThread();
      await fillQueue();
      for (const socket of sockets.slice(0)) socket.destroy();
      const logIn = () => rest.send(house, 'login', { username, password });
      let answer = logIn();
      // Until the gateway has noticed: a refusal comes at once, and a place is a job that waits.
      for (
        let first = await Promise.race([answer, untilQueued(1)]);
        first?.code === 'UNAVAILABLE';
        first = await Promise.race([answer, untilQueued(1)])
      )
        answer = logIn();
      release();
      expect((await answer).code).toBeNull();
      expect(house.app.services.hashing()).toMatchObject({ queued: 0, running: 0, completed: completed + 2 }); // the first one was at work
      expect(await attempts()).toBeLessThanOrEqual(countedBefore + 3); // of the first one; what was not judged is given back
    });
  });
});
