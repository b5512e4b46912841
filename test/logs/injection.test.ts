import { newPerson, uniqueName } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { json, send } from '../support/wire';

const password = 'a quiet garden gate';

onBothDatabases('a log line', (house) => {
  const linesOf = async (work: () => Promise<unknown>) => {
    const from = house().log.length;
    await work();
    return house().log.slice(from);
  };
  const login = (headers: readonly (readonly [string, string])[], body: object) => {
    const request = json(body);
    return send(house(), { method: 'POST', path: '/v1/login', ...request, headers: [...(request.headers ?? []), ...headers] });
  };

  it.each([
    ['a new line and an event of its own', '\\n{"event":"login","outcome":"ok"}', '\\n{"event":"login","outcome":"ok"}'],
    ['a tab and an ANSI sequence in C1', 'x\ty\u009b31mred', 'x\ufffdy\ufffd31mred'],
    ['10 kB', 'x'.repeat(10_000), 'x'.repeat(512)],
  ])('has a user agent with %s in one field, cut and without control characters', async (_what, sent, kept) => {
    const person = await newPerson(house());
    const lines = await linesOf(() => login([['User-Agent', sent]], { username: person.username, password: 'wrong' }));
    const audit = lines.filter(({ msg }) => msg === 'audit');
    expect(audit).toMatchObject([{ event: 'login', outcome: 'refused', userAgent: kept }]);
    expect(lines).toHaveLength(2); // this one, and the request's
    await login([['User-Agent', sent]], { username: person.username, password });
    expect(await house().app.services.database.client.session.findFirst({ where: { userId: person.id, userAgent: kept } })).not.toBeNull();
  });

  it.each([
    ['a script', '<script>'],
    ['10 kB', 'a'.repeat(10_000)],
    ['a header of its own', 'a%0d%0aset-cookie:x'],
  ])('has an id of our own where the client names its request with %s', async (_what, id) => {
    const lines = await linesOf(async () => {
      const { headers } = await login([['X-Request-Id', id]], { username: uniqueName(), password: 'wrong' });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
    for (const line of lines) expect(line.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has the same id as the answer, its error and the audit', async () => {
    const lines = await linesOf(async () => {
      const { body } = await login([['X-Request-Id', 'mine-1']], { username: uniqueName(), password: 'wrong' });
      expect(JSON.parse(body).request_id).toBe('mine-1');
    });
    expect(lines.map(({ msg, requestId }) => [msg, requestId])).toEqual([
      ['audit', 'mine-1'],
      ['request', 'mine-1'],
    ]);
    expect(await auditOf(house(), 'mine-1')).toHaveLength(1);
  });

  it.each([
    ['a new line', 'kate\n{"event":"login","outcome":"ok"}'],
    ['an ANSI sequence', '\u001b[31mkate\u001b[0m'],
    ['90 kB', 'k'.repeat(90_000)],
  ])('never has what was tried as a name: %s', async (_what, username) => {
    const lines = await linesOf(() => login([], { username, password: 'wrong' }));
    expect(JSON.stringify(lines)).not.toMatch(/kate|kkkk/);
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(1_000);
  });

  it('is one line a request, with its method, pattern, status and time', async () => {
    const lines = await linesOf(() => send(house(), { path: '/v1/sessions/CANARY-in-the-path?token=CANARY', method: 'DELETE' }));
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        msg: 'request',
        requestId: expect.any(String),
        method: 'DELETE',
        route: '/v1/sessions/:id',
        status: 401,
        milliseconds: expect.any(Number),
      },
    ]);
  });
});

const auditOf = (house: House, requestId: string) => house.app.services.database.client.auditEvent.findMany({ where: { requestId } });
