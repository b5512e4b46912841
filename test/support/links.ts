import type { House } from './house';
import type { ReadMail } from './mailbox';

const urlOf = (house: House, { link }: ReadMail): string => house.url + new URL(link ?? '').pathname;

/** Pages are on the host of `PUBLIC_URL` alone, where nothing listens in tests: a proxy names it. */
const named = ({ link }: ReadMail) => ({ 'x-forwarded-host': new URL(link ?? '').host });

/** The page that a mail's link leads to: its status. */
export const lookAtLink = async (house: House, mail: ReadMail): Promise<number> =>
  (await fetch(urlOf(house, mail), { headers: named(mail) })).status;

/** Its button: 200, or 410 where the link is over. `form`: of a page with fields, or with a second button. */
export async function pressLink(house: House, mail: ReadMail, form = ''): Promise<number> {
  const { origin } = new URL(mail.link ?? '');
  const headers = { ...named(mail), 'content-type': 'application/x-www-form-urlencoded', origin };
  return (await fetch(urlOf(house, mail), { method: 'POST', headers, body: form })).status;
}

/** The next mail of this kind to this address that has a link. */
export async function nextWithLink(
  next: (address: string, kind: string) => Promise<ReadMail>,
  address: string,
  kind: string,
): Promise<ReadMail> {
  const mail = await next(address, kind);
  return mail.link === null ? nextWithLink(next, address, kind) : mail;
}
