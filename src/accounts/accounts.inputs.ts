import { z } from 'zod';
import { expected, inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { delivery } from '../sessions/sessions.inputs';
import { roleName } from '../users/user';

/**
 * What input is acceptable, and its normal form: the only definition of either.
 *
 * Names and addresses are compared in NFKC and without case, so that `KATE@x.io` with a Kelvin sign or full-width
 * letters is `kate@x.io` (Unicode TR #36, GHSA-7rqj-j65f-68wh). Lower case alone keeps some spellings apart that upper case
 * joins (σ and ς, ß and ẞ and ss, ı and i); down, up and down again leaves one form of each. That is a little more than
 * Unicode's case folding, on the side of fewer look-alikes. A second NFKC joins what the mapping has taken apart.
 */
export const normalKey = (name: string): string =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');

const normalText = (most: number) => text(most * 4).transform((value) => value.normalize('NFKC').trim());

/** Letters of any script, digits, and `. _ -` between them. No @: an address is never mistaken for a name. */
const username = normalText(64).pipe(
  z
    .string()
    .max(64, 'must have at most 64 characters')
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u,
      'must begin with a letter or digit and hold only letters, digits, dots, hyphens and underscores',
    ),
);

/** RFC 5321 §4.5.3.1 bounds the parts; a domain has a dot; quoted local parts and address literals are left out. */
const emailFormat =
  /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;

const email = normalText(254).pipe(z.string().max(254, 'must have at most 254 characters').regex(emailFormat, 'must be an e-mail address'));

/** Bounds the work before hashing, alike for known and unknown users; the policy has the rest. */
const password = text(1_024).min(1, 'must not be empty');

/** Shown to others as it is: stored byte for byte. */
const freeText = (most: number) => text(most * 2).refine((value) => [...value].length <= most, `must have at most ${most} characters`);

const name = freeText(200);
const bio = freeText(2_000);

const pictureUrl = text(2_048).refine(isWebUrl, 'must be an http or https URL');

/** A BCP 47 language tag. */
const locale = text(35).refine(isLocale, 'must be a language tag such as en or pt-BR');

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
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value), // also when the password is at fault: every fault at once
  })
  .transform(({ username, email, ...rest }) => ({ identifier: username ?? email ?? '', ...rest }))
  .meta({
    description: 'Exactly one of username and email. A username holds no @, so an address in `username` is taken as one.',
  })
  .register(graphqlNames, { name: 'LoginInput' });

export const changePasswordInput = inputObject({ currentPassword: password, newPassword: password }).register(graphqlNames, {
  name: 'ChangePasswordInput',
});

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

/** Capital letters, as `roles` of RFC 9068 tokens and of `gatehouse user set-roles`. */
export const rolesInput = z
  .array(z.string(expected('a text')).regex(roleName, 'must be capital letters, digits and underscores, at most 32'))
  .max(16, 'must be at most 16 roles')
  .transform((roles) => [...new Set(roles)]);

function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}
