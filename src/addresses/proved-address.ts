import { Failure } from '../errors';

/**
 * Whoever registered with somebody else's address must not put a lock, or a way in, on what its owner will find: where there is
 * mail, the mailbox is shown first. So a first proof may leave second factors where they are. @throws {Failure} EMAIL_NOT_VERIFIED
 */
export function requireProvedAddress({ emailVerifiedAt }: { readonly emailVerifiedAt: Date | null }, isProofNeeded: boolean): void {
  if (isProofNeeded && emailVerifiedAt === null) throw new Failure('EMAIL_NOT_VERIFIED');
}
