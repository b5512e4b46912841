import type { UserRow } from '../database';
import type { Statements } from '../statements';
import type { SecondFactors } from './second-factor.query';

/** What of an account only its owner sees, beside its row. */
export interface OwnFields {
  /** The address that waits to be confirmed, for the account as it is now: a password that was changed has ended the wait. Null: none. */
  readonly pendingEmail: string | null;
  readonly secondFactors: SecondFactors;
}

/** In one statement, because every profile asks for it. @throws {Failure} UNAVAILABLE */
export async function readOwnFields(statements: Statements, { id, generation }: UserRow, now: Date): Promise<OwnFields> {
  const [row] = await statements.rows`
    SELECT
      (SELECT "email" FROM "mail_tokens" WHERE "userId" = ${id} AND "purpose" = 'CHANGE' AND "generation" = ${generation}
        AND "expiresAt" > ${now} ORDER BY "createdAt" DESC, "id" DESC LIMIT 1),
      (SELECT COUNT(*) FROM "totp" WHERE "userId" = ${id} AND "confirmedAt" IS NOT NULL),
      (SELECT COUNT(*) FROM "passkeys" WHERE "userId" = ${id}),
      (SELECT COUNT(*) FROM "recovery_codes" WHERE "userId" = ${id} AND "usedAt" IS NULL)`;
  const [pendingEmail, totp, passkeys, recoveryCodesLeft] = row ?? [];
  return {
    pendingEmail: typeof pendingEmail === 'string' ? pendingEmail : null,
    secondFactors: { totp: Number(totp) > 0, passkeys: Number(passkeys), recoveryCodesLeft: Number(recoveryCodesLeft) },
  };
}
