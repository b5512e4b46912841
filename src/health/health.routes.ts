import { z } from 'zod';
import type { Route } from '../rest/route';
import type { Readiness } from './health';

const statusAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Status' });

const readyAnswer = z
  .object({
    status: z.literal('ok'),
    upstream: z.literal('down').optional().meta({ description: 'A service behind the gateway cannot be reached; the log-in works.' }),
  })
  .meta({ id: 'Ready' });

/** What the machines that run the gateway ask for. */
export const healthRoutes = (readiness: Readiness, isUpstreamDown: () => boolean): Route[] => [
  {
    method: 'GET',
    path: '/health',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'health',
    summary: 'The process lives',
    tag: 'Operation',
    answer: statusAnswer,
    failures: [],
    run: async () => ({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/ready',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'ready',
    summary: 'It can serve: the database is reachable and migrated, and it is not shutting down',
    tag: 'Operation',
    answer: readyAnswer,
    failures: ['UNAVAILABLE'],
    run: async () => {
      await readiness.requireReady();
      return { status: 'ok', ...(isUpstreamDown() && { upstream: 'down' }) };
    },
  },
];
