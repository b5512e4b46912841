import { randomBytes } from 'node:crypto';
import type { Failure } from '../errors';
import { type FlowChange, gone, type Pending } from './flow';
import { type Fields, type Page, Redirect, type Visit } from './page';

/** A form that was sent, by its action. */
export interface Sent {
  readonly action: string;
  readonly fields: Fields;
}

/** Where somebody is asked who is there. */
export const confirmPath = '/confirm';

/** What a form held that is not kept for later. */
const secrets: ReadonlySet<string> = new Set(['password', 'new_password', 'current_password', 'code', 'passkey', 'do', 'return_to']);

/**
 * Refusals that are no end but a next step: the page that takes it. Null: it is one that the page itself tells.
 * What was asked for of somebody who had to show first who is there is kept, and done then.
 */
export function continuationOf({ code, details }: Failure, visit: Visit, page: Page, sent: Sent | null): Redirect | null {
  const { challenge, methods, deletesAt, attempt, suggestion, provider, account } = details;
  const back = { return_to: visit.returnTo?.href };
  const on = (path: string, flow: FlowChange, query: Record<string, string | undefined> = {}): Redirect =>
    new Redirect(visit.to(path, { ...query, ...back }), flow);
  switch (code) {
    case 'UNAUTHENTICATED':
      return page.access === 'session' ? new Redirect(visit.to('/login', { return_to: visit.to(page.path) })) : null;
    case 'REAUTHENTICATION_REQUIRED':
      if (page.path === confirmPath || sent === null) return null;
      return waiting(on, { path: page.path, action: sent.action, fields: kept(sent.fields), at: visit.now });
    case 'SECOND_FACTOR_REQUIRED':
      return challenge === undefined ? null : on('/login/second-factor', { login: { challenge, methods } });
    case 'SECOND_FACTOR_SETUP_REQUIRED':
      return challenge === undefined ? null : on('/login/add-second-factor', { login: { challenge } });
    case 'DELETION_SCHEDULED':
      return challenge === undefined ? null : on('/login/come-back', { login: { challenge, deletesAt: deletesAt?.toISOString() } });
    case 'PASSWORD_RESET_REQUIRED':
      return attempt === undefined ? null : on('/reset-password', { code: { purpose: 'RESET', attempt } }, { why: 'distrusted' });
    case 'LINK_REQUIRED':
      return challenge === undefined ? null : on('/login/link', { login: { challenge, methods, provider, account }, provider: null });
    case 'USERNAME_REQUIRED':
      return challenge === undefined ? null : on('/login/username', { login: { challenge, suggestion }, provider: null });
    case 'EMAIL_NOT_VERIFIED':
      if (challenge !== undefined) return on('/login/username', { login: { challenge, attempt }, provider: null });
      return attempt === undefined ? null : on('/verify-email', { code: { purpose: 'VERIFY', attempt } });
    default:
      return null;
  }
}

/** The id goes with the browser's address, and what waits with its cookie: a link from elsewhere knows no id. */
function waiting(on: (path: string, flow: FlowChange, query: Record<string, string>) => Redirect, pending: Omit<Pending, 'id'>): Redirect {
  const id = randomBytes(16).toString('base64url');
  return on(confirmPath, { pending: { id, ...pending } }, { for: id });
}

const kept = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([name]) => !secrets.has(name)));

/** Somebody is logged in: on to where they wanted to be. The page there sees whether the browser has kept the cookie. */
export const entered = (visit: Visit): Redirect => new Redirect(visit.to('/login', { tried: '1', return_to: visit.returnTo?.href }), gone);
