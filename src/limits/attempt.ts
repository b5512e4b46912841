import type { AuditEntry } from '../audit/audit.service';
import { type Client, clientPrefix, clientSite } from '../client';
import { type Limit, ofSite } from './limits';

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
  client: Client,
  limit: Limit,
  whose?: { readonly key: string; readonly account: Attempt['account'] },
): Attempt[] {
  const site = clientSite(client);
  const attempt = (of: Limit, network: string): Attempt => ({
    limit: of,
    subject: whose === undefined ? network : `${whose.key} ${network}`,
    ...(whose?.account && { account: whose.account }),
  });
  return [attempt(limit, clientPrefix(client)), ...(site === null ? [] : [attempt(ofSite(limit), site)])];
}
