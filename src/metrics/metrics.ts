import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Answered } from '../log';
import type { Mailer } from '../mail/mailer';
import type { HashingStatistics } from '../passwords/hashing.pool';
import type { OnOutcome } from './instrument';
import { addMail } from './mail.metrics';
import { createUpstreamMetrics, type UpstreamCounts, type UpstreamObserver } from './upstream.metrics';

/**
 * What the gateway tells Prometheus. Every label has a closed list of values (route patterns, operations, codes): no id,
 * name, address or anything else that a client sends, so that neither memory nor a dashboard grows with traffic.
 */
export interface Metrics {
  readonly onOutcome: OnOutcome;
  readonly onAnswer: (answered: Answered) => void;
  readonly onSessionCheck: (verdict: string) => void;
  /** `cause`: as the log has it. */
  readonly onUnavailable: (cause: string) => void;
  /** Counts services behind the gateway, from now on. */
  readonly ofUpstreams: (counted: UpstreamCounts) => UpstreamObserver;
  /** In the text format, and its content type. */
  readonly read: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** From an answer out of memory to the hashing queue's limit of 2 s, and past it. In seconds. */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(
  hashing: () => HashingStatistics,
  limitRefusals: ReadonlyMap<string, number>,
  isConnected: () => boolean,
  outages: ReadonlyMap<string, number>,
  breachedChecks: ReadonlyMap<string, number> | undefined,
  mailer: Mailer | null,
): Metrics {
  const registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0] as Registry }); // event-loop delay, CPU, memory, file descriptors
  const { operations, operationSeconds, requestSeconds, checks, unavailable } = createInstruments(registers);
  addHashing(hashing, registers);
  new Gauge({
    name: 'gatehouse_invalidation_bus_connected',
    help: 'Whether this node hears the other ones: 0 = it remembers nothing, and asks the database instead.',
    registers,
    collect() {
      this.set(isConnected() ? 1 : 0);
    },
  });
  addCounts(registers, limitRefusals, {
    name: 'gatehouse_limit_refusals_total',
    help: 'Tries that a limit refused (RATE_LIMITED), by the name of the limit.',
    label: 'limit',
  });
  addCounts(registers, outages, {
    name: 'gatehouse_database_outages_total',
    help: 'What the database could not serve (UNAVAILABLE), by the class of the cause: an SQLSTATE, a result code of SQLite, a system error.',
    label: 'cause',
  });
  if (breachedChecks)
    addCounts(registers, breachedChecks, {
      name: 'gatehouse_breached_password_checks_total',
      help: 'New passwords looked up in the list of breached ones: found, not found, or failed.',
      label: 'outcome',
    });
  if (mailer !== null) addMail(mailer, registers);
  const [registry] = registers as [Registry];
  return {
    onOutcome: (operation, outcome, seconds) => {
      operations.inc({ operation, outcome });
      operationSeconds.observe({ operation }, seconds);
    },
    onAnswer: ({ route, method, status, milliseconds }) => {
      // Whatever matched no route may have any method that Node reads: it is not worth a time series each.
      const labels = route === null ? { route: 'none', method: 'any', status } : { route, method, status };
      requestSeconds.observe(labels, milliseconds / 1000);
    },
    onSessionCheck: (verdict) => checks.inc({ verdict }),
    onUnavailable: (cause) => unavailable.inc({ cause }),
    ofUpstreams: (counted) => createUpstreamMetrics(registers, buckets, counted),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** What is counted where it happens. */
function createInstruments(registers: Registry[]) {
  const operations = new Counter({
    name: 'gatehouse_operations_total',
    help: 'Operations of every door, by outcome: OK or an error code.',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const operationSeconds = new Histogram({
    name: 'gatehouse_operation_seconds',
    help: 'Time an operation took.',
    labelNames: ['operation'],
    buckets,
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'gatehouse_http_request_seconds',
    help: 'Time from a request to its answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  });
  const checks = new Counter({
    name: 'gatehouse_session_checks_total',
    help: 'Access tokens judged: ACCEPTED, the reason against one, or UNAVAILABLE.',
    labelNames: ['verdict'],
    registers,
  });
  const unavailable = new Counter({
    name: 'gatehouse_unavailable_total',
    help: 'Requests answered with UNAVAILABLE, by the class of the cause as the log has it: of the database, or a word of the gateway.',
    labelNames: ['cause'],
    registers,
  });
  return { operations, operationSeconds, requestSeconds, checks, unavailable };
}

/** Read when they are asked for: whoever counts keeps count itself, by one of a closed list. */
function addCounts(
  registers: Registry[],
  counts: ReadonlyMap<string, number>,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string },
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      this.reset();
      for (const [value, count] of counts) this.inc({ [label]: value }, count);
    },
  });
}

/** Read from the pool when they are asked for: it keeps count itself. */
function addHashing(hashing: () => HashingStatistics, registers: Registry[]): void {
  for (const [name, help, field] of [
    ['gatehouse_hashing_queued', 'Passwords that wait for a hashing thread.', 'queued'],
    ['gatehouse_hashing_running', 'Hashing threads at work.', 'running'],
  ] as const)
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(hashing()[field]);
      },
    });
  for (const [name, help, field] of [
    ['gatehouse_hashing_completed_total', 'Passwords hashed or compared.', 'completed'],
    ['gatehouse_hashing_refused_total', 'Passwords answered with UNAVAILABLE: the queue was full, or too slow.', 'refused'],
  ] as const)
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(hashing()[field]);
      },
    });
}
