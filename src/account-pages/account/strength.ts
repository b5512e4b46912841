import { type Html, html } from '../../html';
import type { AuthConfig } from '../../mailbox/auth-config';
import type { Profile } from '../../users/profile.schema';
import type { Visit } from '../page';
import type { TextKey } from '../texts/say';
import { strengthBar } from '../view/pictures';

interface Step {
  readonly isDone: boolean;
  readonly done: TextKey;
  readonly todo: TextKey;
  readonly path: string;
}

/** How well an account is locked, and what would raise that: what its owner can do. */
function stepsOf(profile: Profile, { emailVerification, loginMethods }: AuthConfig): Step[] {
  const { emailVerified, secondFactors } = profile;
  const { totp, passkeys, recoveryCodesLeft } = secondFactors;
  const hasFactor = totp || passkeys > 0;
  return [
    ...(emailVerification
      ? [{ isDone: emailVerified, done: 'strength.email.done', todo: 'strength.email', path: '/verify-email' } as const]
      : []),
    { isDone: hasFactor, done: totp ? 'strength.totp.done' : 'strength.factor.done', todo: 'strength.totp', path: '/totp' },
    ...(loginMethods.includes('PASSKEY')
      ? [{ isDone: passkeys > 0, done: 'strength.passkey.done', todo: 'strength.passkey', path: '/passkey/add' } as const]
      : []),
    {
      isDone: hasFactor && recoveryCodesLeft >= 3,
      done: 'strength.recovery.done',
      todo: 'strength.recovery',
      path: hasFactor ? '/recovery-codes' : '/totp',
    },
  ];
}

export function strengthOf({ say, to, offers }: Visit, profile: Profile): Html {
  const steps = stepsOf(profile, offers);
  const parts = steps.length + 1; // to be able to log in at all is the first
  const filled = 1 + steps.filter(({ isDone }) => isDone).length;
  const level = filled <= 1 ? 'strength.low' : filled < parts ? 'strength.middle' : 'strength.high';
  return html`<h2>${say('strength.title')}</h2>
${strengthBar(filled, parts)}<p><strong>${say(level)}</strong> <span class="quiet">${say('strength.count', { n: filled, of: parts })}</span></p>
<ul class="steps">${steps.map(({ isDone, done, todo, path }) =>
    isDone ? html`<li class="done">${say(done)}</li>` : html`<li class="todo"><a href="${to(path)}">${say(todo)}</a></li>`,
  )}</ul>`;
}
