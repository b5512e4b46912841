import { asServiceClient } from '../context';
import { oauthProblem } from '../oauth/oauth-problem';
import { Reply, type Route } from '../rest/route';
import { eventHeaders, exampleEvents, type OpenRevocationStream, wantsEvents } from './revocation.stream';
import { revocationsAnswer } from './revocations.answer';
import type { RevocationsService } from './revocations.service';

interface Services {
  readonly revocations: RevocationsService;
  readonly openRevocationStream: OpenRevocationStream;
}

/** What services that verify offline ask for. */
export const revocationsRoutes = ({ revocations, openRevocationStream }: Services): Route[] => [
  {
    method: 'GET',
    path: '/v1/revocations',
    at: 'root',
    access: 'client',
    status: 200,
    operationId: 'revocations',
    summary:
      'What was revoked and may not have expired, for services that verify offline: a list, or a stream of what comes (text/event-stream)',
    tag: 'Gate',
    headers: { 'Last-Event-ID': 'Of a stream: the id of the last event that was received. Left out, everything is sent again.' },
    answer: revocationsAnswer,
    otherAnswers: { 'text/event-stream': exampleEvents },
    cacheControl: 'private, no-cache',
    etag: true,
    failures: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'RATE_LIMITED', 'UNAVAILABLE'],
    failureShape: oauthProblem,
    run: (context, { method, headers }) =>
      asServiceClient<object>(context, async (client) => {
        if (method === 'HEAD' || !wantsEvents(headers.accept)) return revocations.snapshot(client);
        return new Reply(200, eventHeaders, await openRevocationStream(client, headers['last-event-id']));
      }),
  },
];
