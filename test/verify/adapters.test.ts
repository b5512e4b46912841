import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import Fastify from 'fastify';
import { tokenContext } from '../../packages/verify/src/apollo';
import { requireToken as expressRequireToken, tokenOf as expressTokenOf } from '../../packages/verify/src/express';
import { requireToken, tokenOf } from '../../packages/verify/src/fastify';
import { createVerifier, type Verifier } from '../../packages/verify/src/verifier';
import { rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { newVisitor } from '../support/visitors';

/** Express has no types of its own; this is all that is used of it. */
type Express = () => ((request: unknown, response: unknown) => void) & {
  use: (middleware: unknown) => void;
  get: (path: string, handler: (request: object, response: { json: (value: unknown) => void }) => void) => void;
};
const express = createRequire(__filename)('express') as Express;

interface Service {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

/** A service of each framework, which answers with the id of its caller. */
const services: Readonly<Record<string, (verifier: Verifier) => Promise<Service>>> = {
  Fastify: async (verifier) => {
    const server = Fastify();
    server.addHook('onRequest', requireToken(verifier));
    server.get('/', async (request) => ({ userId: tokenOf(request).userId }));
    return { url: await server.listen({ host: '127.0.0.1', port: 0 }), close: () => server.close() };
  },
  Express: async (verifier) => {
    const app = express();
    app.use(expressRequireToken(verifier));
    app.get('/', (request, response) => response.json({ userId: expressTokenOf(request).userId }));
    const server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    return { url: `http://127.0.0.1:${port}/`, close: () => new Promise((resolve) => server.close(resolve)) };
  },
};

describe('a service that verifies by itself', () => {
  let house: House;
  let verifier: Verifier;
  let strict: Verifier;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    const { id: clientId, secret: clientSecret } = await newServiceClient(house);
    const options = {
      issuer: 'http://gatehouse.test',
      url: house.url,
      clientId,
      clientSecret,
      everySeconds: 0,
      maxStalenessSeconds: 3_600,
    };
    verifier = createVerifier(options);
    await verifier.refresh();
    strict = createVerifier({ ...options, whenStale: 'refuse' }); // it never asks, and so never knows
  });
  afterAll(() => house.close());

  describe.each(Object.keys(services))('with %s', (name) => {
    const opened: Service[] = [];
    const ask = async (using: Verifier, authorization?: string) => {
      const service = await services[name]?.(using);
      if (service === undefined) throw new Error('no such service');
      opened.push(service);
      return fetch(service.url, { headers: authorization === undefined ? {} : { authorization } });
    };
    afterEach(async () => {
      for (const service of opened.splice(0)) await service.close();
    });

    it('knows its caller', async () => {
      const kate = await newVisitor(house);
      const answer = await ask(verifier, `Bearer ${kate.accessToken}`);
      expect([answer.status, await answer.json()]).toEqual([200, { userId: kate.id }]);
    });

    it('challenges who has no token, or one that is not valid or was revoked', async () => {
      const kate = await newVisitor(house);
      await rest.send(house, 'logout', {}, kate.accessToken);
      await verifier.refresh();
      const missing = await ask(verifier);
      expect([missing.status, missing.headers.get('www-authenticate'), await missing.text()]).toEqual([401, 'Bearer', '']);
      for (const authorization of ['Bearer x', 'Basic eDp4', '', `Bearer ${kate.accessToken}`]) {
        const refused = await ask(verifier, authorization);
        expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      }
    });

    it('is unavailable when nobody can tell', async () => {
      const { accessToken } = await newVisitor(house);
      const answer = await ask(strict, `Bearer ${accessToken}`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    });
  });

  it('with Apollo Server gives resolvers their caller, nobody for a bad token, and fails when nobody can tell', async () => {
    const open = async (using: Verifier) => {
      const server = new ApolloServer<{ token: { userId: string } | null }>({
        typeDefs: 'type Query { caller: ID }',
        resolvers: { Query: { caller: (_parent, _input, { token }) => token?.userId ?? null } },
      });
      const { url } = await startStandaloneServer(server, { context: tokenContext(using), listen: { host: '127.0.0.1', port: 0 } });
      const ask = async (token?: string) => {
        const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
        const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ caller }"}' });
        return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
      };
      return { ask, close: () => server.stop() };
    };
    const kate = await newVisitor(house);
    const service = await open(verifier);
    expect((await service.ask(kate.accessToken)).body).toEqual({ data: { caller: kate.id } });
    for (const token of [undefined, 'x']) expect((await service.ask(token)).body).toEqual({ data: { caller: null } });
    await service.close();
    const unsure = await open(strict);
    const answer = await unsure.ask(kate.accessToken);
    expect(answer).toMatchObject({ status: 503, retryAfter: '1', body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } });
    await unsure.close();
  });

  it('gives no caller to a handler that the check does not stand before', () => {
    expect(() => tokenOf({})).toThrow('no access token was verified');
  });
});
