import type { AuditEntry } from '../audit/audit.service';
import { networkPrefix, networkSite } from '../network';
import type { Requester } from '../requester';
import { type Limit, type Limits, ofSite } from './limits';

/** One try of something limited: which limit, and of whom. */
export interface Attempt {
  readonly limit: Limit;
  /** A name, a network, an id: only its HMAC is stored. */
  readonly subject: string;
  /** Whose limit it is, for the audit. Left out: it is a network's. */
  readonly account?: Pick<AuditEntry, 'userId' | 'tried'>;
}

/**
 * The buckets of a try from a network, the narrower one first: the network's, and for IPv6 the one of its site, which could take its
 * addresses from 65,536 networks. `whose`: of an account's tries from there; left out: of any.
 */
export function attemptsFrom(
  requester: Requester,
  limit: Limit,
  whose?: { readonly key: string; readonly account: Attempt['account'] },
): Attempt[] {
  const site = networkSite(requester);
  const attempt = (of: Limit, network: string): Attempt => ({
    limit: of,
    subject: whose === undefined ? network : `${whose.key} ${network}`,
    ...(whose?.account && { account: whose.account }),
  });
  return [attempt(limit, networkPrefix(requester)), ...(site === null ? [] : [attempt(ofSite(limit), site)])];
}

/** Of whoever wants a mail to an address: the address's bucket, and those of the network that asks. */
export const mailAttempts = (emailKey: string, requester: Requester, { mailToAddress, mailFromNetwork }: Limits): Attempt[] => [
  { limit: mailToAddress, subject: emailKey, account: { tried: emailKey } },
  ...attemptsFrom(requester, mailFromNetwork),
];
