/** What happens to service clients. `docs/audit.md` explains each. */
export const clientsEvents = {
  'client.created': 'An operator made a service client.',
  'client.deleted': 'An operator deleted a service client; its secret opens nothing.',
  'client.refused': 'Somebody named a service client, or one that does not exist, with a wrong secret.',
} as const;

export type ClientsEvent = keyof typeof clientsEvents;
