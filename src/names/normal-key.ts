import { domainToASCII, domainToUnicode } from 'node:url';
import { latinLookAlike } from './look-alikes';

/**
 * The normal form of a username or an address: two that have the same one are the same, at every door
 * (docs/decisions/028-names.md). It is its own normal form. An address is what holds an @, which no username does.
 *
 * Names and local parts are compared in NFKC and without case, so that `KATE@x.io` with a Kelvin sign or full-width
 * letters is `kate@x.io` (Unicode TR #36, GHSA-7rqj-j65f-68wh). A username that looks like Latin letters is compared as
 * those. The domain of an address is compared as DNS does, in its ASCII form (UTS #46, RFC 5890 §2.3.2.1).
 */
export function normalKey(name: string): string {
  const text = name.normalize('NFKC').trim();
  const at = text.lastIndexOf('@');
  if (at === -1) return latinLookAlike(foldCase(text));
  return `${foldCase(text.slice(0, at))}@${normalDomain(text.slice(at + 1))}`;
}

/**
 * Lower case alone keeps some spellings apart that upper case joins (σ and ς, ß and ẞ and ss, ı and i); down, up and down again leaves
 * one form of each. The dot of a dotted letter is no mark of its own, so that İ, I, ı and i are one letter: which of them a capital
 * stands for depends on the writer's language, which nobody tells. That is a little more than Unicode's case folding, on the side of
 * fewer look-alikes. A second NFKC joins what the mapping has taken apart.
 */
const foldCase = (text: string): string =>
  text
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Soft_Dotted}\p{M}+/gu, (letter) => letter.replaceAll('\u0307', ''))
    .normalize('NFKC');

/** As long as a name can be in DNS (RFC 1035 §3.1): what is longer is no domain, and is not worth the work. */
const maxDomainLength = 253;

/** What is no domain at all is compared as a name: it is nobody's. */
function normalDomain(domain: string): string {
  if (domain.length > maxDomainLength || /^[\0-\x7f]*$/.test(domain)) return foldCase(domain);
  return domainToASCII(domain) || foldCase(domain);
}

/**
 * Whether mail can go there: every label of the ASCII form has at most 63 characters (RFC 1035 §2.3.4), and IDNA allows it. Node takes any
 * `xn--` label of a domain in ASCII since version 24 (whatwg/url: domain to ASCII), and 20 takes one that stands for ASCII: a label that
 * is encoded stands for another one, and is what that one is encoded as (RFC 5891 §5.4).
 */
export function isDomain(domain: string): boolean {
  const ascii = domainToASCII(domain);
  if (ascii === '' || ascii.length > maxDomainLength || ascii.split('.').some((label) => label.length > 63)) return false;
  const unicode = domainToUnicode(ascii);
  return domainToASCII(unicode) === ascii && !unicode.split('.').some((label) => label.startsWith('xn--'));
}
