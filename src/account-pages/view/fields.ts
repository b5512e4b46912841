import { type Html, html } from '../../html';
import type { Tried, Visit } from '../page';
import { button, type Field, field, hidden } from './form';

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

/** The name and the password of an account to be, and the button that makes it. `token`: of the mail's link, in the place of its code. */
export const newAccount = (visit: Pick<Visit, 'say' | 'offers'>, tried: Tried | null, token: string | null): Html => {
  const { say } = visit;
  const username = { name: 'username', label: 'field.username', autocomplete: 'username', hint: say('hint.username') } as const;
  return html`${hidden('token', token)}${field(visit, tried, username)}${newPassword(visit, tried, 'password')}${button(say('register.button'))}`;
};
