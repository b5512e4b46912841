import type { z } from 'zod';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import type { AuthenticatedSession } from '../proofs/proofs';
import { type Passkey, toPasskey } from './passkey.schema';
import type { renamePasskeyInput } from './passkeys.inputs';

/** The passkeys of whoever is logged in. */
export interface OwnPasskeys {
  /** Oldest first. @throws {Failure} UNAVAILABLE */
  readonly list: (userId: string) => Promise<Passkey[]>;
  /** @throws {Failure} NOT_FOUND, UNAVAILABLE */
  readonly renamePasskey: (
    session: AuthenticatedSession,
    input: z.output<typeof renamePasskeyInput>,
  ) => Promise<{ readonly passkey: Passkey; readonly recoveryCodes: string[] }>;
}

export const createOwnPasskeys = ({ client: { passkey } }: Pick<Database, 'client'>): OwnPasskeys => ({
  list: async (userId) => {
    const rows = await passkey.findMany({ where: { userId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
    return rows.map(toPasskey);
  },
  renamePasskey: async ({ user }, { id, name }) => {
    const [renamed] = await passkey.updateManyAndReturn({ where: { id, userId: user.id }, data: { name } });
    if (renamed === undefined) throw new Failure('NOT_FOUND');
    return { passkey: toPasskey(renamed), recoveryCodes: [] };
  },
});
