import { z } from 'zod';
import { inputObject, text } from '../input';
import { isDomain } from './normal-key';
import { isOfOneScript } from './scripts';

/** What input is acceptable: the only definition. `normal-key.ts` says which names and addresses are the same. */
const normalText = (most: number) => text(most * 4).transform((value) => value.normalize('NFKC').trim());

/** What no typeface shows: fillers, joiners, variation selectors (Unicode DerivedCoreProperties). */
const invisible = /\p{Default_Ignorable_Code_Point}/u;

/** Letters of one script, digits, and `. _ -` between them. No @: an address is never mistaken for a name. */
export const username = normalText(64).pipe(
  z
    .string()
    .max(64, 'must have at most 64 characters')
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u,
      'must begin with a letter or digit and hold only letters, digits, dots, hyphens and underscores',
    )
    .refine((value) => !invisible.test(value), 'must not contain invisible characters')
    .refine(isOfOneScript, 'must not mix letters of different scripts'),
);

/** RFC 5321 §4.5.3.1 bounds the parts; a domain has a dot; quoted local parts and address literals are left out. */
const emailFormat =
  /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;

export const email = normalText(254).pipe(
  z
    .string()
    .max(254, 'must have at most 254 characters')
    .refine(
      (value) => emailFormat.test(value) && !invisible.test(value) && isDomain(value.slice(value.indexOf('@') + 1)),
      'must be an e-mail address',
    ),
);

/** An address alone. */
export const addressInput = inputObject({ email });
