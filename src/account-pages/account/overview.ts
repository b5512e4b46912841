import { type HtmlValue, html } from '../../html';
import type { Page, Visit } from '../page';
import { cards } from '../view/card';
import { doneNotice } from '../view/form';
import { moment } from '../view/time';
import { strengthOf } from './strength';

/** The account at a glance. */
export const overviewPage: Page = {
  path: '',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to } = visit;
    const profile = await visit.call('profile');
    return cards(
      visit,
      tried,
      'account.title',
      html`${doneNotice(visit, tried, { verified: 'done.verified' })}${doneNotice(visit, tried, { late: 'done.late' }, 'warn')}<dl class="facts">
<dt>${say('field.username')}</dt><dd><bdi>${profile.username}</bdi></dd>
${profile.name === null ? null : html`<dt>${say('field.name')}</dt><dd><bdi>${profile.name}</bdi></dd>`}
<dt>${say('field.email')}</dt><dd><bdi>${profile.email}</bdi> ${proofOf(visit, profile.emailVerified)}</dd>
${profile.pendingEmail === null ? null : html`<dt>${say('field.newEmail')}</dt><dd><bdi>${profile.pendingEmail}</bdi> <a href="${to('/email')}">${say('email.waits')}</a></dd>`}
<dt>${say('account.since')}</dt><dd>${moment(visit, profile.createdAt)}</dd>
</dl>`,
      strengthOf(visit, profile),
    );
  },
};

const proofOf = ({ say, to, offers }: Visit, isProved: boolean): HtmlValue => {
  if (isProved) return html`<span class="tag">${say('email.proved')}</span>`;
  return offers.emailVerification
    ? html`<span class="tag bad">${say('email.unproved')}</span> <a href="${to('/verify-email')}">${say('verify.title')}</a>`
    : null;
};
