import { z } from 'zod';
import { expected, inputObject, text } from '../input';
import { email, username } from '../names/names.inputs';
import { graphqlNames } from '../operations/schemas';
import { delivery } from '../sessions/sessions.inputs';
import { roleName, roleNameRule } from '../users/user';

/** Bounds the work before hashing, alike for known and unknown users; the policy has the rest. */
export const password = text(1_024).min(1, 'must not be empty');

/** Shown to others as it is: stored byte for byte. */
const freeText = (most: number) => text(most * 2).refine((value) => [...value].length <= most, `must have at most ${most} characters`);

/** Beyond the words it would turn those around it (Unicode TR #36 §2.11, UAX #9 §2). */
const turnsText = /[\u202a-\u202e\u2066-\u2069]/;

/** A letter, a digit, a symbol: neither a space, nor what is never shown, nor a mark upon nothing. */
const somethingVisible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{M}\u2800]/u;

/** Empty is what forms send for a field that nobody filled in: no name. */
export const name = freeText(200)
  .refine((value) => !turnsText.test(value), 'must not contain characters that change the direction of text')
  .refine((value) => value === '' || somethingVisible.test(value), 'must show something')
  .transform((value) => (value === '' ? null : value));

const bio = freeText(2_000);

/** Written out, so that no two readers take it for two addresses: the URL standard repairs `https:example.com`, spaces and backslashes. */
const pictureUrl = text(2_048).refine(isWebUrl, 'must be a whole http or https URL such as https://example.com/kate.png');

/** A BCP 47 language tag in its canonical form (RFC 5646 §4.5); `en_US`, as POSIX and Java write it, is `en-US`. */
export const locale = text(35).transform((value, issues) => {
  const tag = canonicalLocale(value);
  if (tag !== null) return tag;
  issues.addIssue('must be a language tag such as en or pt-BR');
  return z.NEVER;
});

export const registerInput = inputObject({
  username: username.meta({ description: 'Letters, digits, dots, hyphens and underscores; no @.' }),
  email,
  password,
  name: name.nullish(),
  delivery: delivery('BODY'),
}).register(graphqlNames, { name: 'RegisterInput' });

const loginName = text(1_024).min(1, 'must not be empty').nullish();

/** Exactly one of username and email. A username holds no @, so an address in `username` is taken as one. */
export const loginInput = inputObject({ username: loginName, email: loginName, password, delivery: delivery('BODY') })
  .refine(({ username, email }) => (username == null) !== (email == null), {
    path: ['username'],
    message: 'exactly one of username and email is required',
    // Also when the password is at fault: every fault at once.
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  })
  .transform(({ username, email, ...rest }) => ({ identifier: username ?? email ?? '', ...rest }))
  .meta({
    description: 'Exactly one of username and email. A username holds no @, so an address in `username` is taken as one.',
  })
  .register(graphqlNames, { name: 'LoginInput' });

export const changePasswordInput = inputObject({ currentPassword: password, newPassword: password }).register(graphqlNames, {
  name: 'ChangePasswordInput',
});

/** The first one of an account. */
export const setPasswordInput = inputObject({ newPassword: password }).register(graphqlNames, { name: 'SetPasswordInput' });

/** What an operator sets. */
export const givenPasswordInput = inputObject({ password });

/** Omitted = unchanged; null = cleared, where a profile can be without it. */
export const updateProfileInput = inputObject({
  username: username.optional(),
  email: email.optional().meta({ description: 'A new address needs currentPassword.' }),
  currentPassword: password.nullish(),
  name: name.nullish(),
  bio: bio.nullish(),
  pictureUrl: pictureUrl.nullish().meta({ description: 'An http or https URL.' }),
  locale: locale.nullish().meta({ description: 'A BCP 47 language tag.' }),
})
  .meta({ description: 'Omitted = unchanged; null = cleared.' })
  .register(graphqlNames, { name: 'UpdateProfileInput' });

/** Together they fit into an access token of 1 kB. */
const maxRoleCharacters = 256;

/** As `roles` of RFC 9068 tokens and of `gatehouse user set-roles`. */
export const rolesInput = z
  .array(z.string(expected('a text')).regex(roleName, `must be ${roleNameRule}`))
  .max(16, 'must be at most 16 roles')
  .refine((roles) => roles.join('').length <= maxRoleCharacters, `must have at most ${maxRoleCharacters} characters together`)
  .transform((roles) => [...new Set(roles)]);

/** Under its name, so that a fault names it. */
export const standingInput = inputObject({ roles: rolesInput });

function isWebUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#\\]+([/?#][^\s\\]*)?$/i.test(value) && URL.canParse(value);
}

function canonicalLocale(value: string): string | null {
  try {
    return Intl.getCanonicalLocales(value.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}
