import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { addressesEvents } from './addresses.events';
import { purgeReservedEmails } from './reserved-emails';

/** What accounts and the proofs of their mailboxes have in common: addresses that wait, and those that are kept. */
export const addressesFeature: Feature<Foundation> = {
  name: 'addresses',
  auditEvents: addressesEvents,
  jobs: ({ database, clock }) => [purgeReservedEmails(database, clock)],
};
