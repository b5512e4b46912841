/** What a dispute takes back beside what it ends. */
export type Undoing = 'pending address' | 'address' | 'deletion' | 'totp' | 'passkey' | 'identity';

/** An audit event as its feature describes it: what `docs/audit.md` says of it, and what its owner sees of it. */
export interface EventDescription {
  readonly words: string;
  /** Whether it stands on the timeline of the account that it is about. */
  readonly isShown?: true;
  /** What "this was not me" does about it, beside ending sessions. Left out: nobody can say so of it. */
  readonly dispute?: {
    /** Whether a password can have done it: then it counts for nothing from the dispute on, and a reset is asked. */
    readonly distrustsPassword: boolean;
    readonly undoes?: Undoing;
    /** Whether it tells something although it was refused: that somebody has the password. */
    readonly alsoRefused?: true;
  };
  /** The kind of mail that tells the owner of it, where it went well (mail/texts/kinds.ts). */
  readonly mail?: string;
}

/** Words alone: an event for operators, which no owner sees. */
export type EventDescriptions = Readonly<Record<string, string | EventDescription>>;

/** Every event of every feature, by name. */
export type EventCatalogue = ReadonlyMap<string, EventDescription>;

export const catalogueOf = (features: readonly { readonly auditEvents?: EventDescriptions }[]): EventCatalogue =>
  new Map(
    features
      .flatMap(({ auditEvents = {} }) => Object.entries(auditEvents))
      .map(([name, described]) => [name, typeof described === 'string' ? { words: described } : described]),
  );
