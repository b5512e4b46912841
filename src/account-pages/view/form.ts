import type { Failure } from '../../errors';
import { type Html, type HtmlValue, html } from '../../html';
import type { Tried, Visit } from '../page';
import { sayIssue } from '../texts/issues';
import type { Say, TextKey } from '../texts/say';

/** A field with its label, its hint and what was wrong with it, tied together for whoever hears the page. */
export interface Field {
  readonly name: string;
  readonly label: TextKey;
  readonly autocomplete: string;
  readonly type?: 'text' | 'password';
  readonly hint?: string;
  /** What stands in it at first. What was typed is kept, but for passwords. */
  readonly value?: string | null;
  readonly isOptional?: boolean;
  readonly inputmode?: 'email' | 'numeric' | 'url';
  readonly isLong?: boolean;
  /** A code: in large digits of one width. */
  readonly isCode?: boolean;
}

export function field({ say }: Pick<Visit, 'say'>, tried: Tried | null, about: Field): Html {
  const { name, label, autocomplete, type = 'text', hint, inputmode } = about;
  const wrong = problemsOf(tried, name);
  const value = type === 'password' || about.isCode ? null : (tried?.fields[name] ?? about.value ?? null);
  const told = [hint === undefined ? null : `${name}-hint`, wrong.length === 0 ? null : `${name}-wrong`].filter((id) => id !== null);
  const attributes: HtmlValue = [
    html` id="${name}" name="${name}" autocomplete="${autocomplete}"`,
    about.isOptional ? null : html` required`,
    inputmode === undefined ? null : html` inputmode="${inputmode}"`,
    inputmode === 'email' || type === 'password' || about.isCode ? html` autocapitalize="none" spellcheck="false"` : null,
    told.length === 0 ? null : html` aria-describedby="${told.join(' ')}"`,
    wrong.length === 0 ? null : html` aria-invalid="true"`,
  ];
  const written = wrong.map((message) => sayIssue(say, message)).join(' ');
  return html`<div class="field"><label for="${name}">${say(label)}${about.isOptional ? html` <span class="quiet">${say('form.optional')}</span>` : null}</label>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}${wrong.length === 0 ? null : html`<p class="wrong" id="${name}-wrong">${written}</p>`}${
  about.isLong
    ? html`<textarea${attributes}>${value}</textarea>`
    : html`<input type="${type}"${about.isCode ? html` class="digits"` : null}${attributes}${value === null ? null : html` value="${value}"`}>`
}</div>
`;
}

/** Names of fields as the operation has them in an issue, and as forms have them. */
const toFieldName = (path: string): string => path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const problemsOf = (tried: Tried | null, name: string): string[] =>
  (tried?.issues ?? []).filter(({ path }) => toFieldName(path) === name).map(({ message }) => message);

/** A form that POSTs: `action` is told by the hidden field `do`. */
export const form = (action: string, to: string, ...content: readonly HtmlValue[]): Html =>
  html`<form method="post" action="${to}"><input type="hidden" name="do" value="${action}">
${content}</form>
`;

export const hidden = (name: string, value: string | null): Html | null =>
  value === null ? null : html`<input type="hidden" name="${name}" value="${value}">\n`;

export const button = (text: string, look: 'main' | 'second' | 'danger' = 'main'): Html =>
  html`<button type="submit" class="${look}">${text}</button>`;

/** What was wrong with what was sent, first on the page, and read out at once. Each fault of a field leads to it. */
export function problem({ say }: Pick<Visit, 'say'>, tried: Tried | null): Html | null {
  if (tried === null) return null;
  const { failure, issues } = tried;
  const named = issues.filter(({ path }) => path !== '');
  return html`<div class="problem" role="alert" id="problem"><h2>${say('problem.title')}</h2>
<p>${isOfPasskey(tried) ? say('passkey.refused') : sayFailure(say, failure)}</p>${
    named.length === 0
      ? null
      : html`<ul>${named.map(({ path, message }) => html`<li><a href="#${toFieldName(path)}">${labelOf(say, toFieldName(path))}</a>: ${sayIssue(say, message)}</li>`)}</ul>`
  }</div>
`;
}

/** Neither a name nor a password was typed. */
const isOfPasskey = ({ failure, fields }: Tried): boolean => failure.code === 'INVALID_CREDENTIALS' && fields.passkey !== undefined;

const labels: Readonly<Record<string, TextKey>> = {
  username: 'field.username',
  email: 'field.email',
  new_email: 'field.newEmail',
  password: 'field.password',
  current_password: 'field.currentPassword',
  new_password: 'field.newPassword',
  code: 'field.code',
  totp: 'field.code',
  recovery_code: 'field.code',
  passkey: 'field.passkey',
  name: 'field.name',
  bio: 'field.bio',
  picture_url: 'field.pictureUrl',
  locale: 'field.locale',
};

const labelOf = (say: Say, name: string): string => say(labels[name] ?? 'field.other');

export function sayFailure(say: Say, { code, details }: Failure): string {
  if (code === 'RATE_LIMITED') return say('failure.RATE_LIMITED', { wait: sayWait(say, details.retryAfterSeconds ?? 60) });
  if (code === 'INVALID_CODE' && details.triesLeft !== undefined && details.triesLeft > 0)
    return `${say('failure.INVALID_CODE')} ${say(details.triesLeft === 1 ? 'failure.triesLeft.one' : 'failure.triesLeft', { n: details.triesLeft })}`;
  return say(`failure.${code}`);
}

function sayWait(say: Say, seconds: number): string {
  if (seconds < 90) return say(seconds === 1 ? 'wait.second' : 'wait.seconds', { n: seconds });
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? say('wait.minutes', { n: minutes }) : say('wait.hours', { n: Math.ceil(minutes / 60) });
}

/** What was done, on the page after it. */
export const notice = (text: string, look: 'good' | 'warn' = 'good'): Html =>
  html`<div class="notice ${look}" role="status"><p>${text}</p></div>\n`;

/** What was done on the page before, by the word `done` of the address: one of those that this page knows. Over once a form is refused. */
export function doneNotice(
  { query, say }: Visit,
  tried: Tried | null,
  told: Readonly<Record<string, TextKey>>,
  look: 'good' | 'warn' = 'good',
): Html | null {
  const done = query.get('done') ?? '';
  const key = tried === null && Object.hasOwn(told, done) ? told[done] : undefined;
  return key === undefined ? null : notice(say(key), look);
}
