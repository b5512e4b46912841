import type { AuthenticatedSession } from '../../proofs/proofs';
import { toRoles } from '../../users/user';

type Template = unknown;
type Value = string | number | boolean | null | readonly string[];

/** What is known of the caller. */
export interface Facts extends Pick<AuthenticatedSession, 'user' | 'row'> {
  readonly permissions: readonly string[];
}

export const factsOf = async ({ user, row, permissions }: AuthenticatedSession): Promise<Facts> => ({
  user,
  row,
  permissions: (await permissions()).list,
});

/** What a template may name, and what it stands for. A list is one in a claim; in a header its entries are separated by commas. */
const names: Readonly<Record<string, (facts: Facts) => Value>> = {
  userId: ({ user }) => user.id,
  username: ({ user }) => user.username,
  email: ({ user }) => user.email,
  roles: ({ user }) => toRoles(user.roles),
  firstRole: ({ user }) => toRoles(user.roles)[0] ?? '',
  sessionId: ({ row }) => row.id,
  permissions: ({ permissions }) => permissions,
  organizationId: () => '',
  actorId: () => '',
  clientId: () => '',
  locale: ({ user }) => user.locale ?? '',
  'profile.name': ({ user }) => user.name ?? '',
  'profile.bio': ({ user }) => user.bio ?? '',
  'profile.pictureUrl': ({ user }) => user.pictureUrl ?? '',
  'profile.locale': ({ user }) => user.locale ?? '',
  'profile.emailVerified': ({ user }) => user.emailVerifiedAt !== null,
};

/** All that a template may say of somebody. */
export const valuesOf = (facts: Facts): Value[] => Object.values(names).map((value) => value(facts));

const placeholder = /\$([A-Za-z]+(?:\.[A-Za-z]+)?)/g;

/** Names in a template that stand for nothing. */
export function unknownNames(template: Template): string[] {
  if (typeof template === 'string')
    return [...template.matchAll(placeholder)].map(([, name = '']) => name).filter((name) => !Object.hasOwn(names, name));
  if (Array.isArray(template)) return template.flatMap(unknownNames);
  return typeof template === 'object' && template !== null ? Object.values(template).flatMap(unknownNames) : [];
}

/** A claim: a text that is one name alone becomes its value, a list included; within a text it becomes a part of it. */
export function fillClaim(template: Template, facts: Facts): unknown {
  if (typeof template === 'string') {
    const alone = /^\$([A-Za-z]+(?:\.[A-Za-z]+)?)$/.exec(template)?.[1];
    return alone === undefined ? fillText(template, facts) : names[alone]?.(facts);
  }
  if (Array.isArray(template)) return template.map((each) => fillClaim(each, facts));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillClaim(value, facts)]));
}

export const fillText = (template: string, facts: Facts): string =>
  template.replaceAll(placeholder, (whole, name: string) => {
    const value = names[name]?.(facts);
    return value === undefined ? whole : Array.isArray(value) ? value.join(',') : String(value);
  });

/** Whether it says the same of everybody. */
export const isConstant = (template: string): boolean => [...template.matchAll(placeholder)].length === 0;
