import { Failure } from '../errors';
import type { User } from './user';

/** What everybody may know of a user. Everything else is his own. */
const publicFields = ['id', 'username', 'name', 'pictureUrl'] as const;

type PublicUser = Pick<User, (typeof publicFields)[number]>;

/**
 * A user as others see him. To ask for anything else is FORBIDDEN, and not null: most fields cannot be null, and a
 * missing address would look like one that is not known.
 */
export function toStranger({ id, username, name, pictureUrl }: User): User {
  const stranger: PublicUser = { id, username, name, pictureUrl };
  return new Proxy(stranger as User, { get: readPublic });
}

/** `then` and symbols are what promises and inspection ask of every object. */
function readPublic(stranger: User, field: string | symbol): unknown {
  if (Object.hasOwn(stranger, field) || typeof field === 'symbol' || field === 'then') return Reflect.get(stranger, field);
  throw new Failure('FORBIDDEN');
}
