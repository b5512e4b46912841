import { uniqueName } from '../support/doors';
import { defaultLimits, type House, onTwoNodes } from '../support/house';
import { basic, newServiceClient, postForm } from '../support/service-client';
import { quieten } from '../support/statements';

const behindProxy = { ...defaultLimits, AUTH_TRUST_PROXY: '1' };
let networks = 0;
const newNetwork = (): string => {
  networks += 1;
  return `198.51.${networks}.7`;
};
const wrongSecret = `ghs_${'w'.repeat(43)}`;

onTwoNodes(
  'the limits of wrong client secrets',
  (nodes) => {
    const [a, b] = [() => nodes()[0], () => nodes()[1]];
    beforeAll(() => a().clock.stop());

    const ask = async (node: House, authorization: string, address: string) => {
      const { status, body, headers } = await postForm(
        node,
        '/v1/introspect',
        { token: 'x' },
        { authorization, 'x-forwarded-for': address },
      );
      return { status, body, headers, code: body.code as string | undefined };
    };
    const codes = async (times: number, send: (time: number) => ReturnType<typeof ask>) => {
      const all: (string | undefined)[] = [];
      for (let time = 0; time < times; time += 1) all.push((await send(time)).code);
      return all;
    };
    const tenAndNoMore = [...Array(10).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED'];

    it('are one for both paths and every node, and refuse the right secret too until the wait is over', async () => {
      const [service, address] = [await newServiceClient(a()), newNetwork()];
      const wrong = basic(service.id, wrongSecret);
      expect(await codes(11, (time) => ask(time % 2 === 0 ? a() : b(), wrong, address))).toEqual(tenAndNoMore);
      const list = await fetch(`${b().url}/v1/revocations`, { headers: { authorization: wrong, 'x-forwarded-for': address } });
      expect([list.status, list.headers.get('retry-after')]).toEqual([429, '30']);
      expect(((await list.json()) as { error: string }).error).toBe('temporarily_unavailable');
      expect((await ask(a(), service.authorization, address)).code).toBe('RATE_LIMITED');
      a().clock.advance(30);
      expect((await ask(a(), service.authorization, address)).body).toEqual({ active: false });
    });

    it('answer alike, after the same statements, for a client that does not exist', async () => {
      const [service, known, unknown] = [await newServiceClient(a()), newNetwork(), newNetwork()];
      const nobody = '7b0e0f3c-5df6-4e0a-9f8e-0f6b0a6ea001';
      await quieten(a());
      for (let time = 0; time < 11; time += 1) {
        const measure = async (authorization: string, address: string) => {
          const from = a().queries.length;
          const { status, body, headers } = await ask(a(), authorization, address);
          return {
            statements: a().queries.slice(from).sort(), // the two buckets are taken at once
            shown: [
              status,
              { ...body, request_id: '' },
              headers.get('ratelimit'),
              headers.get('ratelimit-policy'),
              headers.get('www-authenticate'),
            ],
          };
        };
        const [left, right] = [await measure(basic(service.id, wrongSecret), known), await measure(basic(nobody, wrongSecret), unknown)];
        expect(left).toEqual(right);
        expect(left.shown[2]).toMatch(/^"client";r=\d+;t=\d+$/);
      }
    });

    it('leave the client alone in another network', async () => {
      const [service, home] = [await newServiceClient(a()), newNetwork()];
      const elsewhere = newNetwork();
      await codes(11, () => ask(a(), basic(service.id, wrongSecret), elsewhere));
      for (const node of [a(), b()]) expect((await ask(node, service.authorization, home)).status).toBe(200);
    });

    it('catch one network that tries many clients, and cost others no bucket', async () => {
      const address = newNetwork();
      const answers = await codes(101, () => ask(a(), basic(uniqueName(), wrongSecret), address));
      expect(answers).toEqual([...Array(100).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
      expect((await ask(a(), (await newServiceClient(a())).authorization, newNetwork())).status).toBe(200);
    });

    it('cost a client that is right no statement but its own look-up, and no try', async () => {
      const [service, address] = [await newServiceClient(a()), newNetwork()];
      const rows = a().app.services.database.client.attempt;
      const before = await rows.count();
      for (let time = 0; time < 15; time += 1) expect((await ask(a(), service.authorization, address)).status).toBe(200);
      expect(await rows.count()).toBe(before);
      const from = a().queries.length;
      await ask(a(), service.authorization, address);
      expect(a().queries.slice(from)).toEqual([expect.stringMatching(/service_clients/)]);
    });

    it('let no parallel guess past them, also where the client itself has just been right', async () => {
      const [service, address] = [await newServiceClient(a()), newNetwork()];
      expect((await ask(a(), service.authorization, address)).status).toBe(200);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, time) => ask(a(), basic(service.id, `${wrongSecret.slice(0, -2)}${10 + time}`), address)),
      );
      const count = (code: string) => answers.filter((answer) => answer.code === code).length;
      expect([count('INVALID_CREDENTIALS'), count('RATE_LIMITED')]).toEqual([10, 10]);
      expect((await ask(a(), service.authorization, address)).code).toBe('RATE_LIMITED'); // what is right must not be told
    });

    it('hold when a client that a node remembers has been deleted', async () => {
      const [service, address] = [await newServiceClient(a()), newNetwork()];
      expect((await ask(a(), service.authorization, address)).status).toBe(200);
      await b().app.services.clients.remove(service.id);
      expect(await codes(11, () => ask(a(), service.authorization, address))).toEqual(tenAndNoMore);
    });

    it('are told to the audit, with the client that was named, or a keyed hash of what is none', async () => {
      const [service, address] = [await newServiceClient(a()), newNetwork()];
      const { audit, database } = a().app.services;
      a().clock.advance(1);
      const since = new Date(a().clock.now());
      await codes(10, () => ask(a(), basic(service.id, wrongSecret), address));
      await ask(a(), basic('nobody-here', wrongSecret), address);
      const events = await audit.list({ since, limit: 20 });
      expect(events).toHaveLength(12);
      const details = events.map(({ event, detail }) => `${event}: ${detail}`);
      expect(details.filter((detail) => detail === 'limit.reached: client')).toHaveLength(1);
      expect(
        details.filter((detail) => /^client\.refused: wrong secret of service-\w+ /.test(detail) && detail.endsWith(service.id)),
      ).toHaveLength(10);
      expect(details).toContain('client.refused: unknown client');
      expect(JSON.stringify(await database.client.auditEvent.findMany())).not.toMatch(/nobody-here|ghs_w/);
    });
  },
  behindProxy,
);
