/** Everything must have answered before 2 s are over, so that a client is told UNAVAILABLE and does not hang. */
export const databaseTimeoutMs = 1_500;
