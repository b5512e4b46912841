import type { z } from 'zod';
import type { UserRow } from '../database/database';
import { normalKey } from '../names/normal-key';
import type { updateProfileInput } from './accounts.inputs';

type Wanted = Omit<z.output<typeof updateProfileInput>, 'currentPassword'>;

/** What an update really changes. */
export interface ProfileChanges {
  /** The columns, with their new values: none where everything is as it was. */
  readonly columns: Partial<Pick<UserRow, keyof Wanted | 'usernameKey' | 'emailKey' | 'emailVerifiedAt'>>;
  /** The normal forms of names that are new to the user. */
  readonly keys: { readonly usernameKey?: string; readonly emailKey?: string };
  /** Whether another mailbox is meant, and not another spelling of the same. */
  readonly changesAddress: boolean;
  /** The fields for the audit, an address that changes apart: it has an event of its own. */
  readonly fields: readonly string[];
}

/** A field left out is unchanged, and so is one that has the value already. */
export function profileChanges(user: UserRow, wanted: Wanted): ProfileChanges {
  const changed = (Object.keys(wanted) as (keyof Wanted)[]).filter((name) => wanted[name] !== undefined && wanted[name] !== user[name]);
  const usernameKey = changed.includes('username') ? normalKey(wanted.username ?? '') : user.usernameKey;
  const emailKey = changed.includes('email') ? normalKey(wanted.email ?? '') : user.emailKey;
  const changesAddress = emailKey !== user.emailKey;
  const keys = { ...(usernameKey !== user.usernameKey && { usernameKey }), ...(changesAddress && { emailKey }) };
  const values = Object.fromEntries(changed.map((name) => [name, wanted[name]]));
  return {
    columns: { ...values, ...keys, ...(changesAddress && { emailVerifiedAt: null }) },
    keys,
    changesAddress,
    fields: changed.filter((name) => !(name === 'email' && changesAddress)),
  };
}

/** The same without the address, which waits to be proved. */
export function withoutAddress({ columns, keys, fields }: ProfileChanges): ProfileChanges {
  const { email: _email, emailKey: _key, emailVerifiedAt: _at, ...others } = columns;
  const { emailKey: _, ...names } = keys;
  return { columns: others, keys: names, changesAddress: false, fields };
}
