import type { House } from './house';
import type { ReadMail } from './mailbox';

const urlOf = (house: House, { link }: ReadMail): string => house.url + new URL(link ?? '').pathname;

/** The page that a mail's link leads to: its status. */
export const lookAtLink = async (house: House, mail: ReadMail): Promise<number> => (await fetch(urlOf(house, mail))).status;

/** Its button: 200, or 410 where the link is over. `form`: of a page with fields, or with a second button. */
export async function pressLink(house: House, mail: ReadMail, form = ''): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(mail.link ?? '').origin };
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
