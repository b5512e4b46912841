import type { LoginMethod } from '../errors';
import { seal, unseal } from '../sealed';
import type { Secrets } from '../secrets';

/** What goes on from one form to the next, in a cookie of the browser that fills them in: no secret stands in an address or a field. */
export interface Flow {
  /** A log-in whose credential was right, and which something still stands before. */
  readonly login?: {
    readonly challenge: string;
    readonly methods?: readonly LoginMethod[] | undefined;
    readonly deletesAt?: string | undefined;
    /** Of somebody new from another provider: a username that is free, and what belongs to the code of the mail. */
    readonly suggestion?: string | undefined;
    readonly attempt?: string | undefined;
    /** Who came, from where: the name of the provider, and what it calls them. */
    readonly provider?: string | undefined;
    readonly account?: string | undefined;
    /** Of somebody who has to add an app before there is a session: its secret, and then the codes that are shown until they are kept. */
    readonly totp?: { readonly secret: string; readonly uri: string };
    readonly recoveryCodes?: readonly string[];
  };
  /** A log-in that is under way at another provider, or a link. `url`: where the browser has yet to be led. */
  readonly provider?: {
    readonly id: string;
    readonly flow: string;
    readonly url?: string;
    readonly isLink?: true;
    readonly returnTo?: string | undefined;
  };
  /** What a code of a mail was asked for. */
  readonly code?: {
    readonly purpose: 'REGISTER' | 'RESET' | 'LOGIN' | 'VERIFY';
    readonly attempt: string;
    readonly email?: string;
    /** Where a log-in goes on to: the link of its mail cannot say it. */
    readonly returnTo?: string | undefined;
  };
  /** The session that `pending`, `totp` and `recoveryCodes` belong to: they are nobody else's who uses this browser. */
  readonly of?: string;
  /** What somebody wanted to do when they were asked who is there: done as soon as that is shown. */
  readonly pending?: Pending;
  /** A secret for an authenticator app that waits for its first code. */
  readonly totp?: { readonly secret: string; readonly uri: string };
  /** Shown until they are said to be kept. */
  readonly recoveryCodes?: readonly string[];
  /** Where the browser was led without a question, and when: whoever comes back from there at once is not led there again. */
  readonly led?: { readonly to: string; readonly at: number };
}

export interface Pending {
  /** Nobody can guess it: another page's link does not make a waiting form run. */
  readonly id: string;
  readonly path: string;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** When it was asked for, in milliseconds since 1970. */
  readonly at: number;
}

/** What becomes of it: members that are null go. */
export type FlowChange = { readonly [Name in keyof Flow]?: Flow[Name] | null };

/** Somebody is logged in, or no more: whatever was begun in this browser is over. Every member of {@link Flow} has to be here. */
export const gone: Readonly<Record<Exclude<keyof Flow, 'of'>, null>> = {
  login: null,
  provider: null,
  code: null,
  pending: null,
  totp: null,
  recoveryCodes: null,
  led: null,
};

const sealOf = { version: 'gp1', purpose: 'return-state', boundTo: 'flow' } as const;

/** Browsers keep no longer cookie (RFC 6265bis §5.6): what would be longer is not kept. */
const maxLength = 3_800;

/** Null: nothing is left, or too much. */
export function writeFlow(flow: Flow, secrets: Secrets): string | null {
  if (Object.keys(flow).length === 0) return null;
  const sealed = seal(Buffer.from(JSON.stringify(flow)), sealOf, secrets);
  return sealed.length > maxLength ? null : sealed;
}

/** What is none of ours is nothing. */
export function readFlow(cookie: string | undefined, secrets: Secrets): Flow {
  const plain = cookie === undefined ? null : unseal(cookie, sealOf, secrets);
  return plain === null ? {} : (JSON.parse(plain.toString()) as Flow); // sealed by writeFlow
}

const isOwned = ({ pending, totp, recoveryCodes }: Flow): boolean => (pending ?? totp ?? recoveryCodes) !== undefined;

/** What another session has left behind is gone. Null: nobody is logged in. */
export const flowOf = (flow: Flow, sessionId: string | null): Flow =>
  isOwned(flow) && flow.of !== sessionId ? merged(flow, { of: null, pending: null, totp: null, recoveryCodes: null }) : flow;

/** What is there now belongs to this session. */
export const ownedBy = (flow: Flow, sessionId: string | null): Flow => changed(flow, { of: isOwned(flow) ? sessionId : null });

/** The same object where nothing changes: then no cookie is written. */
export const changed = (flow: Flow, change: FlowChange): Flow => {
  const isSame = (Object.keys(change) as (keyof Flow)[]).every((name) => (change[name] ?? undefined) === flow[name]);
  return isSame ? flow : merged(flow, change);
};

const merged = (flow: Flow, change: FlowChange): Flow =>
  Object.fromEntries(Object.entries({ ...flow, ...change }).filter(([, value]) => value != null));
