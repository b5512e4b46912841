import Negotiator from 'negotiator';

/** The languages that mails are written in. The first one is for everybody who wants none of them. */
export const mailLanguages = ['en', 'de'] as const;

export type MailLanguage = (typeof mailLanguages)[number];

/**
 * The language of a mail: the first wish that we can meet, of the user's `locale`, the request's, and its `Accept-Language`. Each is a
 * language tag, or a list as the header has it (RFC 9110 §12.5.4): `de-AT` is met by `de`.
 */
export function localeOf(...wishes: readonly (string | null | undefined)[]): MailLanguage {
  for (const wish of wishes) {
    if (wish == null || wish === '') continue;
    const [found] = new Negotiator({ headers: { 'accept-language': wish } }).languages([...mailLanguages]);
    if (found !== undefined && isMailLanguage(found)) return found;
  }
  return mailLanguages[0];
}

export const isMailLanguage = (tag: string): tag is MailLanguage => (mailLanguages as readonly string[]).includes(tag);
