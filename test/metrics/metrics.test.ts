import { readFileSync } from 'node:fs';
import { type Context, type Span, type SpanOptions, trace } from '@opentelemetry/api';
import { doors, newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();
let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { METRICS_PORT: '0', ...mailbox.environment });
});
afterAll(() => house.close());

const read = async (): Promise<string> => (await fetch(`http://127.0.0.1:${house.app.metricsPort}/metrics`)).text();
/** The value of one time series; 0 while there is none. */
const sampleOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  );

describe.each(doors)('Metrics of $name', (door) => {
  it('count operations by outcome, session checks and hashes', async () => {
    const before = await read();
    const person = await newPerson(house);
    await door.send(house, 'login', { username: person.username, password: 'a wrong guess' });
    await door.send(house, 'profile', undefined, person.accessToken);
    await door.send(house, 'profile');
    const after = await read();
    const grown = (series: string) => sampleOf(after, series) - sampleOf(before, series);
    expect({
      wrong: grown('gatehouse_operations_total{operation="login",outcome="INVALID_CREDENTIALS"}'),
      registered: grown('gatehouse_operations_total{operation="register",outcome="OK"}'),
      profile: grown('gatehouse_operations_total{operation="profile",outcome="OK"}'),
      accepted: grown('gatehouse_session_checks_total{verdict="ACCEPTED"}'),
      missing: grown('gatehouse_session_checks_total{verdict="MISSING"}'),
      hashes: grown('gatehouse_hashing_completed_total'),
      timed: grown('gatehouse_operation_seconds_count{operation="login"}'),
    }).toEqual({ wrong: 1, registered: 1, profile: 1, accepted: 1, missing: 1, hashes: 2, timed: 1 });
  });
});

it('count mails, those that wait, and how long the oldest has waited', async () => {
  const other = await openHouse('sqlite', { METRICS_PORT: '0', AUTH_MAIL_URL: 'smtp://127.0.0.1:1' });
  const { database, outbox, mailer } = other.app.services;
  const post = () => database.transaction((queries) => outbox.post(queries, { kind: 'deletion-cancelled', recipient: 'kate@example.com' }));
  await post();
  await mailer?.sendDue();
  other.clock.advance(2);
  const text = await (await fetch(`http://127.0.0.1:${other.app.metricsPort}/metrics`)).text();
  expect(sampleOf(text, 'gatehouse_mails_total{outcome="postponed"}')).toBe(1);
  expect(sampleOf(text, 'gatehouse_mail_queue')).toBe(1);
  expect(sampleOf(text, 'gatehouse_mail_oldest_seconds')).toBeGreaterThanOrEqual(2);
  await other.close();
});

it('count what each limit refuses', async () => {
  const other = await openHouse('sqlite', { METRICS_PORT: '0', AUTH_LIMIT_LOGIN: '2' });
  const person = await newPerson(other);
  const [door] = doors;
  for (const _ of [1, 2, 3, 4]) await door?.send(other, 'login', { username: person.username, password: 'a wrong guess' });
  const text = await (await fetch(`http://127.0.0.1:${other.app.metricsPort}/metrics`)).text();
  expect(sampleOf(text, 'gatehouse_limit_refusals_total{limit="login"}')).toBe(2);
  expect(text).not.toContain('limit="register"'); // which refused nobody
  await other.close();
});

it('count why something is UNAVAILABLE, by the cause that the log has', async () => {
  const other = await openHouse('sqlite', { METRICS_PORT: '0' });
  other.app.drain();
  expect((await fetch(`${other.url}/ready`)).status).toBe(503);
  const text = await (await fetch(`http://127.0.0.1:${other.app.metricsPort}/metrics`)).text();
  expect(sampleOf(text, 'gatehouse_unavailable_total{cause="DRAINING"}')).toBe(1);
  expect(other.log.filter(({ msg }) => msg === 'unavailable').map(({ cause }) => cause)).toEqual([{ code: 'DRAINING' }]);
  await other.close();
});

describe('The metrics', () => {
  it('have routes by pattern, and nothing that a client sends', async () => {
    const person = await newPerson(house);
    const secret = 'c4nary';
    await fetch(`${house.url}/v1/sessions/${secret}?${secret}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${person.accessToken}` },
    });
    await fetch(`${house.url}/${secret}`);
    await fetch(`${house.url}/${secret}`, { method: 'PROPFIND' });
    const text = await read();
    for (const value of [secret, person.id, person.username, person.sessionId, '127.0.0.1', 'PROPFIND']) expect(text).not.toContain(value);
    expect(text).toMatch(/^gatehouse_http_request_seconds_count\{(?=.*method="any")(?=.*route="none")(?=.*status="404").*\} [1-9]/m);
    expect(text).toMatch(/route="\/v1\/sessions\/:id"/);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  });

  it('are alone on their port, and not on the gateway', async () => {
    const base = `http://127.0.0.1:${house.app.metricsPort}`;
    expect((await fetch(`${base}/v1/profile`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${house.url}/metrics`)).status).toBe(404);
    const other = await openHouse('sqlite');
    expect(other.app.metricsPort).toBeUndefined();
    await other.close();
  });

  it('are what the Grafana dashboard asks for', async () => {
    const names = new Set([...(await read()).matchAll(/^# TYPE (\w+) (\w+)/gm)].map(([, name]) => name as string));
    const dashboard = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8')) as { panels: { targets?: { expr: string }[] }[] };
    const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(7);
    for (const expr of expressions) {
      const asked = [...expr.matchAll(/\b(?:gatehouse|nodejs|process)_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
      expect([expr, asked.length > 0, asked.filter((name) => !names.has(name))]).toEqual([expr, true, []]);
    }
  });
});

it("makes a span of each operation for the operator's OpenTelemetry SDK", async () => {
  const spans: { name: string; attributes: Record<string, unknown>; isEnded: boolean; status?: unknown }[] = [];
  const startSpan = (name: string): Span => {
    const record: (typeof spans)[number] = { name, attributes: {}, isEnded: false };
    spans.push(record);
    return {
      setAttribute: (key: string, value: unknown) => Object.assign(record.attributes, { [key]: value }),
      setStatus: (status: unknown) => Object.assign(record, { status }),
      end: () => Object.assign(record, { isEnded: true }),
    } as unknown as Span;
  };
  type Run = (span: Span) => unknown;
  const startActiveSpan = (name: string, ...rest: (SpanOptions | Context | Run)[]) => (rest.at(-1) as Run)(startSpan(name));
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: startActiveSpan as never }) });
  try {
    const person = await newPerson(house);
    await doors[0]?.send(house, 'login', { username: person.username, password: 'a wrong guess' });
    expect(spans).toEqual([
      { name: 'gatehouse.register', attributes: { 'gatehouse.outcome': 'OK' }, isEnded: true },
      { name: 'gatehouse.login', attributes: { 'gatehouse.outcome': 'INVALID_CREDENTIALS' }, isEnded: true },
    ]);
  } finally {
    trace.disable();
  }
});
