import type { Admission } from '../admission/admission';
import type { Answer } from '../answer';
import type { Database, Queries, UserRow } from '../database/database';
import type { ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { Delivery } from '../sessions/delivery';
import type { AuthMethod } from '../sessions/session';
import type { SignedIn } from '../sessions/signed-in';
import { requireSameAccount } from '../users/account-state';

export interface KnownIdentity {
  readonly id: string;
  readonly user: UserRow;
}

/** Whom a provider's user opens the account of. By issuer and subject alone, whatever the provider is called here. Null: nobody's. */
export const findIdentity = (
  { client }: Pick<Database, 'client'>,
  { issuer, subject }: Pick<ProviderUser, 'issuer' | 'subject'>,
): Promise<KnownIdentity | null> =>
  client.identity.findUnique({ where: { issuer_subject: { issuer, subject } }, select: { id: true, user: true } });

interface Entering {
  readonly delivery: Delivery;
  readonly requester: Requester;
  /** What is used up with it, in its transaction. */
  readonly useUp?: (queries: Queries) => Promise<void>;
}

/** Somebody whom the provider names, and who is linked already. @throws {Failure} INVALID_CODE (unlinked meanwhile), what {@link Admission} throws */
export const admitKnown = (
  { id, user }: KnownIdentity,
  person: ProviderUser,
  { delivery, requester, useUp }: Entering,
  { admission }: { readonly admission: Admission },
): Promise<Answer<SignedIn>> =>
  admission.admit(user, {
    methods: methodsOf(person),
    requester,
    delivery,
    identity: { ...person, linkedAs: id },
    change: async (queries) => {
      await useUp?.(queries);
      return requireSameAccount(queries, { id: user.id, generation: user.generation });
    },
  });

/** Another provider's word is one factor, unless it is trusted with having seen two. */
export const methodsOf = ({ hasShownTwoFactors }: ProviderUser): AuthMethod[] => (hasShownTwoFactors ? ['fed', 'mfa'] : ['fed']);
