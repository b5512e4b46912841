import { operationOf } from '../operations/operation';
import { disputed, disputeInput, securityEvents, securityEventsInput } from './timeline.schemas';
import type { TimelineService } from './timeline.service';

const operation = operationOf<TimelineService>();

export const timelineOperations = [
  operation({
    name: 'securityEvents',
    kind: 'query',
    summary: "What happened to the caller's account, newest first.",
    tag: 'Profile',
    access: 'session',
    input: securityEventsInput,
    inputIs: 'arguments',
    output: securityEvents,
    failures: [],
    rest: [{ method: 'GET', path: '/security-events', at: 'v1' }],
    run: (timeline, { proof, input }) => timeline.securityEvents(proof, input),
  }),
  operation({
    name: 'disputeSecurityEvent',
    kind: 'mutation',
    summary:
      '"This was not me": ends every other session, and distrusts what the event was done with. Of `totp.added` in a fresh session alone.',
    tag: 'Profile',
    access: 'session',
    input: disputeInput,
    inputIs: 'arguments',
    output: disputed,
    failures: ['NOT_FOUND', 'REAUTHENTICATION_REQUIRED'],
    rest: [{ method: 'POST', path: '/security-events/{id}/dispute', at: 'v1' }],
    run: (timeline, { proof, input, requester }) => timeline.disputeSecurityEvent(proof, input.id, requester),
  }),
];
