/** Too frequent for a row: a line in the log alone. */
export const loggedEvents = {
  'session.refreshed': 'A refresh token was spent for a new pair of tokens.',
} as const;

export type LoggedEventName = keyof typeof loggedEvents;
