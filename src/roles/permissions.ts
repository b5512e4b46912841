/** What may be asked for: two to four parts, of which the last may be `*`. */
const part = '[a-z][a-z0-9-]{0,31}';
const permission = new RegExp(`^${part}(:${part}){0,2}:(\\*|${part})$`);

/** `orders:refund`, `orders:refund:own`, `orders:*`. */
export const isPermission = (text: string): boolean => permission.test(text);

/** The same for people. */
export const permissionRule = 'two to four parts of small letters, digits and hyphens, such as orders:refund; the last one may be *';

/** Permissions that begin so are Gatehouse's own. */
export const ownPermissions = 'admin:';

/** What somebody may do. */
export interface Permissions {
  /** As the roles have them, in order, each once. */
  readonly list: readonly string[];
  /**
   * Whether one of them is the asked one, or a wider one: `orders:*` grants all that begins with `orders:`, however many parts it has.
   * A question with `*` is granted by the same or a wider `*` alone.
   */
  readonly grants: (asked: string) => boolean;
}

export function toPermissions(held: Iterable<string>): Permissions {
  const set = new Set(held);
  return { list: [...set].sort(), grants: (asked) => set.has(asked) || widerThan(asked).some((wider) => set.has(wider)) };
}

/** Of `orders:refund:own`: `orders:*` and `orders:refund:*`. */
function widerThan(asked: string): string[] {
  const parts = asked.split(':');
  return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join(':')}:*`);
}

export const noPermissions: Permissions = toPermissions([]);

/** As a row has them, and a role's text in a file. */
export const toPermissionList = (text: string): string[] => text.split(' ').filter((each) => each !== '');
