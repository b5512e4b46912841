import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted of services behind the gateway. Every label is of a closed list: the paths of the policy, kinds, codes. */
export interface UpstreamObserver {
  readonly onRouted: (routed: {
    readonly endpoint: string;
    readonly kind: string;
    readonly outcome: string;
    readonly seconds: number;
  }) => void;
}

/** What is counted elsewhere, and read when it is asked for. */
export interface UpstreamCounts {
  /** Documents that were not known, by path. */
  readonly misses: () => ReadonlyMap<string, number>;
  /** Operations by documents that are not trusted, by path. */
  readonly untrusted: () => ReadonlyMap<string, number>;
  /** Undefined: no path has subscriptions. */
  readonly streams: { readonly streams: () => number; readonly ended: ReadonlyMap<string, number> } | undefined;
}

export function createUpstreamMetrics(
  registers: Registry[],
  buckets: number[],
  { misses, untrusted, streams }: UpstreamCounts,
): UpstreamObserver {
  const requests = new Counter({
    name: 'gatehouse_upstream_requests_total',
    help: 'Operations on paths that the gateway serves for a service behind: own, upstream, mixed or cached, by outcome: OK, an error code, or the class of the status of the service.',
    labelNames: ['endpoint', 'kind', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'gatehouse_upstream_seconds',
    help: 'Time until such an operation was answered.',
    labelNames: ['endpoint', 'kind'],
    buckets,
    registers,
  });
  addByPath(registers, misses, 'gatehouse_upstream_plan_misses_total', 'Documents that had to be read, because their plan was not known.');
  const words = 'Operations by documents that are not in the manifest, where a policy looks for that.';
  addByPath(registers, untrusted, 'gatehouse_upstream_untrusted_documents_total', words);
  if (streams) addStreams(registers, streams);
  return {
    onRouted: ({ endpoint, kind, outcome, seconds: taken }) => {
      requests.inc({ endpoint, kind, outcome });
      seconds.observe({ endpoint, kind }, taken);
    },
  };
}

function addStreams(registers: Registry[], { streams, ended }: NonNullable<UpstreamCounts['streams']>): void {
  new Gauge({
    name: 'gatehouse_upstream_streams',
    help: 'Subscriptions in sockets that are open.',
    registers,
    collect() {
      this.set(streams());
    },
  });
  new Counter({
    name: 'gatehouse_upstream_sockets_ended_total',
    help: 'Sockets that have ended, by the reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of ended) this.inc({ reason }, count);
    },
  });
}

function addByPath(registers: Registry[], counts: () => ReadonlyMap<string, number>, name: string, help: string): void {
  new Counter({
    name,
    help,
    labelNames: ['endpoint'],
    registers,
    collect() {
      this.reset();
      for (const [endpoint, count] of counts()) this.inc({ endpoint }, count);
    },
  });
}
