import type { Html } from '../../html';
import type { Tried, Visit } from '../page';
import { type Field, field } from './form';

/** Codes that somebody types, by where they have them from: the field is the same on every page that asks for one. */
export const codeFields = {
  mail: { name: 'code', label: 'field.code', autocomplete: 'one-time-code', inputmode: 'numeric', isCode: true },
  totp: { name: 'code', label: 'field.totp', autocomplete: 'one-time-code', inputmode: 'numeric', isCode: true },
  recovery: { name: 'code', label: 'field.recoveryCode', autocomplete: 'one-time-code', isCode: true },
} as const satisfies Readonly<Record<string, Field>>;

/** A password to be, with what it has to be. */
export const newPassword = (visit: Pick<Visit, 'say' | 'offers'>, tried: Tried | null, name: 'password' | 'new_password'): Html =>
  field(visit, tried, {
    name,
    label: name === 'password' ? 'field.password' : 'field.newPassword',
    type: 'password',
    autocomplete: 'new-password',
    hint: visit.say('hint.password', { n: visit.offers.password.minLength }),
  });
