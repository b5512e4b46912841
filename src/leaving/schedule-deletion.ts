import { type Actor, originOf } from '../actor';
import type { Note } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import type { Queries, UserRow } from '../database/database';
import { factsOf } from '../mail/facts';
import type { Outbox } from '../mail/outbox';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { dayInSeconds } from '../settings/rules';
import type { LeavingEvent } from './leaving.events';
import type { LeavingSettings } from './leaving.settings';

/** When an account will be gone. */
export interface Deletion extends EndedSessions {
  readonly deletesAt: Date;
}

export interface SchedulingDependencies {
  readonly sessions: SessionsService;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly clock: Clock;
  readonly config: LeavingSettings;
}

/**
 * Plans the deletion of a user whose row the caller's transaction has written already: every session ends, everywhere, and the owner is
 * told, with a link that takes it back. The first date stays.
 */
export async function scheduleDeletion(
  queries: Queries,
  note: Note<LeavingEvent>,
  { user, actor, acceptLanguage }: { readonly user: UserRow; readonly actor: Actor; readonly acceptLanguage?: string | null },
  { sessions, outbox, mailTokens, clock, config }: SchedulingDependencies,
): Promise<Deletion> {
  const ended = await sessions.endAll(queries, user.id);
  if (user.deletesAt !== null) return { deletesAt: user.deletesAt, ...ended };
  const now = new Date(clock.now());
  const deletesAt = secondsAfter(now.getTime(), config.deletionDays * dayInSeconds);
  await queries.user.update({ where: { id: user.id }, data: { deletesAt } });
  const eventId = note({ event: 'account.deletion_scheduled', userId: user.id, actor, detail: `for ${deletesAt.toISOString()}` });
  // Nobody but an operator takes the deletion of a disabled one back.
  if (user.disabledAt !== null || !outbox.isOn) return { deletesAt, ...ended };
  const { email, emailKey, locale } = user;
  const token = await mailTokens.issue(queries, { purpose: 'RESTORE', user, email, emailKey, eventId, expiresAt: deletesAt });
  const wishes = [locale, acceptLanguage];
  const facts = { ...factsOf(user, originOf(actor), now), deletesAt: deletesAt.toISOString() };
  await outbox.post(queries, { kind: 'deletion-scheduled', recipient: email, tokenId: token.id, facts, wishes });
  return { deletesAt, ...ended };
}
