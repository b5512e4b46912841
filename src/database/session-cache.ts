/** Sessions that are remembered: some 3 kB each. */
export const maxSessions = 10_000;
