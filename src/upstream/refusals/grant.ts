import { type Access, requireAccess } from '../../access/access';
import type { RequestContext } from '../../context';
import { Failure } from '../../errors';
import type { AuthenticatedSession } from '../../proofs/proofs';

/** What a caller may have of what an operation needs. */
export interface Grant {
  /** Who is calling: the proof of what was granted. */
  readonly session: AuthenticatedSession | null;
  /** What is needed and was not granted, with the reason. */
  readonly refused: ReadonlyMap<Access, Failure>;
}

export const nothingRefused: Grant['refused'] = new Map();

const refusals: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'REAUTHENTICATION_REQUIRED']);

/** Whether it says that this caller may not, and not that nobody knows. */
export const isRefusal = (error: unknown): error is Failure => error instanceof Failure && refusals.has(error.code);

/** Asks for each by itself. @throws {Failure} UNAVAILABLE */
export async function grantEach(needed: readonly Access[], { verdict, freshness }: RequestContext): Promise<Grant> {
  const refused = new Map<Access, Failure>();
  for (const access of needed) {
    try {
      await requireAccess([access], verdict, freshness);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.set(access, error);
    }
  }
  const granted = needed.filter((access) => !refused.has(access));
  return { session: await requireAccess(granted, verdict, freshness), refused };
}
