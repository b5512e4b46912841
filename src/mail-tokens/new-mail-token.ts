import { randomBytes, randomUUID } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import type { MailTokenRow } from '../database/database';
import { type Purpose, rulesOf } from './purposes';

/** What a token of a mail is about. */
export interface NewMailToken {
  readonly purpose: Purpose;
  /** Null: of nobody, or of somebody who may not have one. The row is there all the same, so that nothing tells. */
  readonly user: { readonly id: string; readonly generation: number } | null;
  readonly email: string;
  readonly emailKey: string;
  /** Of REAUTHENTICATE: the session that asked. */
  readonly sessionId?: string;
  /** Of DISPUTE: the event of the audit. */
  readonly eventId?: string;
  /** Of RESTORE: when the account is gone. */
  readonly expiresAt?: Date;
}

export function toRow({ purpose, user, email, emailKey, sessionId, eventId, expiresAt }: NewMailToken, clock: Clock): MailTokenRow {
  const now = clock.now();
  const { lifeSeconds } = rulesOf(purpose);
  const end = lifeSeconds === null ? expiresAt : secondsAfter(now, lifeSeconds);
  if (end === undefined) throw new TypeError(`a token of ${purpose} is told when it ends`);
  return {
    id: randomUUID(),
    purpose,
    userId: user?.id ?? null,
    email,
    emailKey,
    generation: user?.generation ?? 0,
    sessionId: sessionId ?? null,
    eventId: eventId ?? null,
    salt: randomBytes(16).toString('base64url'),
    tries: 0,
    sentCount: 1,
    createdAt: new Date(now),
    expiresAt: end,
  };
}
