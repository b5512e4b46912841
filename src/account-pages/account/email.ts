import { type Html, html } from '../../html';
import { type Page, Redirect, type Tried, type Visit } from '../page';
import { cards } from '../view/card';
import { codeFields } from '../view/fields';
import { button, doneNotice, field, form } from '../view/form';

/** The address, and another one in its place: the old one counts until the new one is proved. */
export const emailPage: Page = {
  path: '/email',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, offers } = visit;
    const { email, emailVerified, pendingEmail } = await visit.call('profile');
    return cards(
      visit,
      tried,
      'email.title',
      html`${doneNotice(visit, tried, { changed: 'done.email' })}<p>${say('email.now')} <strong><bdi>${email}</bdi></strong></p>
${emailVerified || !offers.emailVerification ? null : html`<p><a href="${to('/verify-email')}">${say('verify.title')}</a></p>`}`,
      pendingEmail === null ? null : pendingForms(visit, tried, pendingEmail),
      html`<h2>${say('email.change')}</h2>${changeForm(visit, tried)}`,
    );
  },
  press: {
    change: async (visit, { new_email: newEmail = '', current_password: currentPassword }) => {
      if (visit.offers.emailVerification) await visit.call('requestEmailChange', { newEmail });
      else await visit.call('updateProfile', { email: newEmail, currentPassword });
      return new Redirect(visit.to('/email', visit.offers.emailVerification ? {} : { done: 'changed' }));
    },
    confirm: async (visit, { code = '' }) => {
      await visit.call('confirmEmailChange', { code });
      return new Redirect(visit.to('/email', { done: 'changed' }));
    },
    cancel: async (visit) => {
      await visit.call('cancelEmailChange');
      return new Redirect(visit.to('/email'));
    },
  },
};

const pendingForms = (visit: Visit, tried: Tried | null, pendingEmail: string): Html => {
  const { say, to } = visit;
  return html`<h2>${say('email.pending')}</h2><p>${say('code.sent', { email: pendingEmail })}</p>
${form(
  'confirm',
  to('/email'),
  field(visit, tried?.fields.do === 'confirm' ? tried : null, codeFields.mail),
  button(say('email.confirm')),
)}${form('cancel', to('/email'), button(say('email.cancel'), 'second'))}`;
};

/** Without mail the password is the proof, as the contract has it; with mail a fresh session is, and the page that asks keeps the address. */
const changeForm = (visit: Visit, tried: Tried | null): Html =>
  form(
    'change',
    visit.to('/email'),
    field(visit, tried?.fields.do === 'confirm' ? null : renamed(tried), {
      name: 'new_email',
      label: 'field.newEmail',
      autocomplete: 'email',
      inputmode: 'email',
    }),
    visit.offers.emailVerification
      ? null
      : field(visit, tried, {
          name: 'current_password',
          label: 'field.currentPassword',
          type: 'password',
          autocomplete: 'current-password',
        }),
    button(visit.say('email.ask')),
  );

/** Two operations, and one field of the form: `updateProfile` calls it `email`. */
const renamed = (tried: Tried | null): Tried | null =>
  tried && { ...tried, issues: tried.issues.map((issue) => (issue.path === 'email' ? { ...issue, path: 'newEmail' } : issue)) };
