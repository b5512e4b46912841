import { printable } from '../requester';
import { describeBrowser, type Facts } from './facts';
import type { Sender } from './mail.url';
import { german } from './texts/de';
import { english } from './texts/en';
import { type MailKind, mailKinds } from './texts/kinds';
import type { MailLanguage } from './texts/languages';
import { type Block, type Laid, layHtml, layText } from './texts/layout';
import type { Language, Line, Told, Wording } from './texts/words';

/** A mail, ready to be handed over. */
export interface Message {
  /** Of its row: the same however often it is sent, so that a mailbox shows it once (RFC 5322 §3.6.4). */
  readonly id: string;
  readonly kind: MailKind;
  readonly language: MailLanguage;
  readonly from: Sender;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Eight digits; null where the mail has none. */
  readonly code: string | null;
  readonly link: string | null;
  readonly createdAt: Date;
}

/** What the token of a mail proves by: made when the mail is made, and kept nowhere. */
export interface Proof {
  readonly code: string;
  readonly link: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Draft {
  readonly id: string;
  readonly kind: MailKind;
  readonly recipient: string;
  readonly language: MailLanguage;
  readonly facts: Facts;
  /** Null: of a kind without code and link. */
  readonly proof: Proof | null;
  readonly createdAt: Date;
}

const languages: { readonly [Tag in MailLanguage]: Language } = { en: english, de: german };

/** Puts a mail into words. `publicUrl`: how people know the gateway where the sender has no name. */
export function composeMessage(
  { id, kind, recipient, language, facts, proof, createdAt }: Draft,
  from: Sender,
  publicUrl: string,
): Message {
  const texts = languages[language];
  const code = mailKinds[kind].code ? (proof?.code ?? null) : null;
  const link = mailKinds[kind].link ? (proof?.link ?? null) : null;
  const told = { ...toldOf(facts, texts), service: from.name ?? new URL(publicUrl).host, hasButton: link !== null };
  const { subject, ...wording } = texts.wording[kind](told);
  const { labels } = texts;
  const laid: Laid = {
    language,
    subject,
    blocks: arrange(wording, {
      code: code === null ? [] : [{ label: labels.code, code }],
      link: link === null ? [] : [{ label: labels.link, button: wording.button ?? subject, url: link }],
      worksFor:
        proof === null || (code ?? link) === null ? [] : [worksFor(proof, code === null ? texts.linkWorks : texts.codeWorks, texts)],
      facts: [{ facts: factRows(facts, texts) }],
    }),
    footer: texts.footer(told.service),
  };
  return { id, kind, language, from, to: recipient, subject, text: layText(laid), html: layHtml(laid), code, link, createdAt };
}

interface Parts {
  readonly code: readonly Block[];
  readonly link: readonly Block[];
  readonly worksFor: readonly Line[];
  readonly facts: readonly Block[];
}

/** Who waits for a code sees it first. Of what has happened the circumstances come first, and then what to do about it. */
function arrange(
  { before, after = [], stranger }: Omit<Wording, 'subject'>,
  { code, link, worksFor: works, facts }: Parts,
): readonly Block[] {
  if (code.length > 0) return [{ lines: before }, ...code, ...link, { lines: [...works, ...after, ...stranger] }, ...facts];
  return [{ lines: before }, ...facts, { lines: [...after, ...stranger] }, ...link, { lines: works }];
}

function toldOf(facts: Facts, texts: Language): Omit<Told, 'service' | 'hasButton'> {
  const { username, oldEmail, newEmail, codesLeft, passkey, deletesAt, provider } = facts;
  return {
    username: printable(username ?? ''),
    oldEmail: printable(oldEmail ?? ''),
    newEmail: printable(newEmail ?? ''),
    codesLeft: printable(codesLeft ?? ''),
    provider: printable(provider ?? ''),
    passkey: printable(passkey ?? ''),
    deletesAt: deletesAt == null ? '' : momentOf(new Date(deletesAt), texts),
  };
}

function factRows({ username, at, network, userAgent }: Facts, { labels, browserOn, ...texts }: Language): [string, string][] {
  const browser = describeBrowser(userAgent);
  const rows: [string, string | undefined][] = [
    [labels.account, username == null ? undefined : printable(username)],
    [labels.time, momentOf(new Date(at), texts)],
    [labels.network, network == null ? undefined : printable(network)],
    [labels.browser, browser === null ? undefined : browser.system === null ? browser.browser : browserOn(browser.browser, browser.system)],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
}

/** `26 November 2026 at 19:31 UTC` */
const momentOf = (at: Date, { region }: Pick<Language, 'region'>): string =>
  `${new Intl.DateTimeFormat(region, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`;

const units = [
  ['day', 24 * 60 * 60 * 1000],
  ['hour', 60 * 60 * 1000],
  ['minute', 60 * 1000],
] as const;

/** `30 minutes`, `24 hours`, `7 days`: in the largest unit of which there are two or more. */
function worksFor({ createdAt, expiresAt }: Proof, say: Language['codeWorks'], texts: Language): Line {
  const milliseconds = Math.max(expiresAt.getTime() - createdAt.getTime(), 60 * 1000);
  const [unit, size] = units.find(([, length]) => milliseconds >= 2 * length) ?? units[2];
  const span = new Intl.NumberFormat(texts.region, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  return say(span.format(milliseconds / size), momentOf(expiresAt, texts));
}
