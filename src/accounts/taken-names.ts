import { isReserved } from '../addresses/reserved-emails';
import type { Clock } from '../clock';
import { type Database, isUniqueViolation } from '../database/database';
import { Failure } from '../errors';

/** The normal forms of the names that a user is known by. */
export interface NameKeys {
  readonly usernameKey: string;
  readonly emailKey: string;
}

/** Whether names are somebody's already. `ownId`: the user who may have them. */
export interface TakenNames {
  /** USERNAME_TAKEN or EMAIL_TAKEN. Null: the names are free, or the user's own. */
  readonly find: (keys: Partial<NameKeys>, ownId: string | null) => Promise<Failure | null>;
  /** Writes names. The unique index decides over several nodes. @throws {Failure} USERNAME_TAKEN, EMAIL_TAKEN */
  readonly writing: <T>(keys: Partial<NameKeys>, ownId: string | null, write: () => Promise<T>) => Promise<T>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

export function createTakenNames({ database, clock }: Dependencies): TakenNames {
  const find: TakenNames['find'] = async ({ usernameKey, emailKey }, ownId) => {
    const wanted = [...(usernameKey === undefined ? [] : [{ usernameKey }]), ...(emailKey === undefined ? [] : [{ emailKey }])];
    if (wanted.length === 0) return null;
    const others = await database.client.user.findMany({
      where: { OR: wanted, ...(ownId === null ? {} : { id: { not: ownId } }) },
      select: { usernameKey: true },
    });
    if (others.some((other) => other.usernameKey === usernameKey)) return new Failure('USERNAME_TAKEN');
    if (others.length > 0) return new Failure('EMAIL_TAKEN');
    // After the users: a change of an address makes both at once, so that one of the two look-ups sees the address.
    const isKept = emailKey !== undefined && (await isReserved(database.client, emailKey, ownId, clock));
    return isKept ? new Failure('EMAIL_TAKEN') : null;
  };

  return {
    find,
    writing: async (keys, ownId, write) => {
      try {
        return await write();
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw (await find(keys, ownId)) ?? error;
      }
    },
  };
}
