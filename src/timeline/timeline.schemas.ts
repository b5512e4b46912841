import { z } from 'zod';
import { inputObject, text } from '../input';
import { graphqlNames, id, moment } from '../operations/schemas';

const outcome = z.enum(['OK', 'REFUSED']).register(graphqlNames, { name: 'SecurityOutcome' });

export const securityEvent = z
  .object({
    id: id(),
    event: z.string().meta({ description: 'A name of docs/audit.md, such as `login` or `password.changed`.', examples: ['login'] }),
    outcome,
    at: moment(),
    network: z
      .string()
      .nullable()
      .meta({ description: 'A network, not an address: `192.0.2.0/24`.', examples: ['192.0.2.0/24'] }),
    userAgent: z.string().nullable(),
    sessionId: z.uuid().nullable().register(graphqlNames, { scalar: 'ID' }),
    canDispute: z.boolean().meta({ description: 'Whether its owner may say that this was somebody else.' }),
    disputedAt: moment('When its owner has said so.').nullable(),
  })
  .meta({ id: 'SecurityEvent', description: 'Something that happened to the account.' });

export const securityEvents = z
  .object({
    nodes: z.array(securityEvent),
    endCursor: z.string().nullable().meta({ description: 'Where the next page begins: `after`.' }),
    hasNextPage: z.boolean(),
  })
  .meta({ id: 'SecurityEventConnection' });

const mostAtOnce = 100;

export const securityEventsInput = inputObject({
  first: z
    .int({ error: `must be a whole number from 1 to ${mostAtOnce}` })
    .min(1, `must be a whole number from 1 to ${mostAtOnce}`)
    .max(mostAtOnce, `must be a whole number from 1 to ${mostAtOnce}`)
    .default(20)
    .meta({ description: `How many, at most ${mostAtOnce}.` }),
  after: text(128).nullish().meta({ description: 'The `endCursor` of the page before.' }),
});

export const disputeInput = inputObject({ id: text(64).register(graphqlNames, { scalar: 'ID' }) });

export const disputed = z
  .object({
    event: securityEvent,
    endedSessions: z.int().meta({ description: 'Every session but the caller’s has been ended.' }),
    passwordNeeded: z
      .boolean()
      .meta({ description: 'A new password has to be set: by the mail that is on its way, or by `changePassword`.' }),
  })
  .meta({ id: 'Dispute' })
  .register(graphqlNames, { name: 'DisputePayload' });
