import { createHash } from 'node:crypto';
import { gateway } from '../../actor';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import type { Closing } from '../../closing';
import { unavailable } from '../../errors';
import { describeDefect, type Logger } from '../../log';
import type { BreachedEvent } from './breached.events';
import type { BreachedFail, BreachedSource } from './breached.source';
import { openHashFile } from './hash-file';
import { createRangeClient } from './range.client';

/** Passwords that others know, because they stood in a breach. */
export interface BreachedPasswords {
  /**
   * Whether the password is known, as typed or in NFKC. Where that cannot be asked: false by AUTH_BREACHED_FAIL=open, after a line
   * in the audit. @throws {Failure} UNAVAILABLE, by AUTH_BREACHED_FAIL=closed
   */
  readonly includes: (password: string) => Promise<boolean>;
  /** Whether nobody outside learns that somebody asks: then a login may ask too. */
  readonly isLocal: boolean;
  /** How often it was asked since the start, by the outcome. */
  readonly counts: ReadonlyMap<BreachedOutcome, number>;
}

export type BreachedOutcome = 'found' | 'not found' | 'failed';

interface Dependencies {
  readonly audit: AuditService<BreachedEvent>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** While a source fails, the audit is told once in so many milliseconds: the metric has every time. */
const auditEveryMs = 60_000;

interface Lookup {
  readonly has: (hash: Buffer) => Promise<boolean>;
}

/** @throws {BreachedFileError} for a file that cannot be used */
export async function openBreachedPasswords(
  source: BreachedSource,
  fail: BreachedFail,
  { audit, clock, logger }: Dependencies,
  closing: Closing,
): Promise<BreachedPasswords> {
  const lookup: Lookup =
    source.kind === 'file' ? closing.push(await openHashFile(source.path), (file) => file.close()) : createRangeClient(source.url, clock);
  const counts = new Map<BreachedOutcome, number>();
  const count = (outcome: BreachedOutcome): void => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  let auditedAt = Number.NEGATIVE_INFINITY;

  const tell = async (error: unknown): Promise<void> => {
    count('failed');
    const now = clock.now();
    if (Math.abs(now - auditedAt) < auditEveryMs) return;
    auditedAt = now;
    logger.warn({ cause: describeDefect(error) }, 'the list of breached passwords cannot be asked');
    await audit.record({
      event: 'password.breach_check_failed',
      outcome: 'refused',
      actor: gateway,
      detail: `${source.kind}, ${fail}`,
    });
  };

  return {
    isLocal: source.kind === 'file',
    counts,
    includes: async (password) => {
      try {
        const found = await Promise.all(spellingsOf(password).map((spelling) => lookup.has(sha1(spelling))));
        count(found.includes(true) ? 'found' : 'not found');
        return found.includes(true);
      } catch (error) {
        await tell(error);
        if (fail === 'closed') throw unavailable('BREACHED_PASSWORDS');
        return false;
      }
    },
  };
}

/** Lists have what people typed, in whatever form their keyboards composed it. */
const spellingsOf = (password: string): string[] => [...new Set([password, password.normalize('NFKC')])];

/** Not for keeping anything: it is the hash that the lists are of. */
const sha1 = (password: string): Buffer => createHash('sha1').update(password).digest();
