/** What the token of a mail is for, and by what rules. A token of one purpose is worth nothing for another. */
export interface PurposeRules {
  /** How long it counts. Null: until a moment that is said when it is made. */
  readonly lifeSeconds: number | null;
  /** Its place in tokens: never another one's. */
  readonly byte: number;
}

const minutes = 60;
const hours = 60 * minutes;
const days = 24 * hours;

export const purposes = {
  /** Proves the address of an account to be. */
  REGISTER: { lifeSeconds: 24 * hours, byte: 1 },
  /** Proves the address of an account (NIST SP 800-63B-4 §4.2.1.2: at most 24 hours). */
  VERIFY: { lifeSeconds: 24 * hours, byte: 2 },
  RESET: { lifeSeconds: 30 * minutes, byte: 3 },
  /** Ten minutes at most: ASVS 5.0 6.5.5. */
  LOGIN: { lifeSeconds: 10 * minutes, byte: 4 },
  /** Proves the address that an account is to have. */
  CHANGE: { lifeSeconds: 24 * hours, byte: 5 },
  /** For the session that asked, and no other. */
  REAUTHENTICATE: { lifeSeconds: 10 * minutes, byte: 6 },
  /** "This was not me": as long as an address that was changed can be taken back. */
  DISPUTE: { lifeSeconds: 7 * days, byte: 7 },
  /** Takes a deletion back, until its moment. */
  RESTORE: { lifeSeconds: null, byte: 8 },
} as const satisfies Record<string, PurposeRules>;

export type Purpose = keyof typeof purposes;

export const rulesOf = (purpose: Purpose): PurposeRules => purposes[purpose];

export const purposeOf = (byte: number): Purpose | null =>
  (Object.keys(purposes) as Purpose[]).find((purpose) => purposes[purpose].byte === byte) ?? null;
