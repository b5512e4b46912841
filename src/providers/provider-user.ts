import type { z } from 'zod';
import { locale as localeRule, name as nameRule } from '../accounts/accounts.inputs';
import { email as emailRule } from '../names/names.inputs';
import { printable } from '../requester';
import type { ProviderUser } from './provider';

/** What a provider says of somebody, in its own types: nothing of it is believed before it was looked at. */
export interface Told {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: unknown;
  readonly email: unknown;
  /** Whether the provider vouches here, and says so of this address: `"true"` and 1 are not `true`. */
  readonly isVouched: boolean;
  readonly hasShownTwoFactors: boolean;
  readonly username: unknown;
  readonly name: unknown;
  readonly locale: unknown;
}

/** OpenID Connect Core §2: at most 255 ASCII characters. Others could be spelt alike, and a database might compare them so. */
const subjectFormat = /^[\x20-\x7e]{1,255}$/;
const maxUsernameLength = 64;

/** What is no address, no name or no language is left out: it is a proposal. The subject is not. @throws {TypeError} for one that names nobody */
export function toProviderUser({ subject, email, name, locale, username, ...rest }: Told): ProviderUser {
  const known = typeof subject === 'number' && Number.isSafeInteger(subject) ? String(subject) : subject;
  if (typeof known !== 'string' || known.trim() === '' || !subjectFormat.test(known))
    throw Object.assign(new TypeError('a provider names nobody'), { code: 'NO_SUBJECT' });
  return {
    ...rest,
    subject: known,
    email: orNull(emailRule, email),
    name: orNull(nameRule, name),
    locale: orNull(localeRule, locale),
    username: typeof username === 'string' && username.trim() !== '' ? printable(username.slice(0, maxUsernameLength)) : null,
  };
}

const orNull = <Value>(rule: z.ZodType<Value>, value: unknown): Value | null => {
  const parsed = rule.safeParse(value);
  return parsed.success ? parsed.data : null;
};
