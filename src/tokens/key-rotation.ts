import type { SigningKeyRow } from '../database/database';

/** Where a key stands. `removed`: its tokens are refused, whatever they say. */
export type KeyState = 'next' | 'active' | 'retiring' | 'gone' | 'removed';

/** The mark of the key that was made last. */
export const newestSlot = 'newest';

/** No setting allows a token a longer life, so nothing that we signed lives longer (also after the setting was lowered). */
export const maxTokenLifetimeSeconds = 86_400;

export const keyTimes = {
  /** How long anybody may keep the JWKS (`Cache-Control`). */
  jwksMaxAgeSeconds: 300,
  /** A node reads the keys again when what it has is older. */
  nodeRereadsMs: 30_000,
  /**
   * How long a key is published before it signs. Behind a cache, a client that keeps the JWKS for ten minutes (jose's
   * own default) and asked just before a node saw the key has it after 300 + 30 + 600 s; the rest is for clocks.
   */
  publishedForSeconds: 1_200,
  /**
   * How long tokens of a key may live once its successor signs. The longest life of any setting and not the one in force:
   * nodes may differ, and it may have been lowered since. A minute for clocks, and for a token that is being made.
   */
  tokensLiveForSeconds: maxTokenLifetimeSeconds + 60,
} as const;

type Times = Pick<SigningKeyRow, 'activatedAt' | 'retiredAt' | 'expiresAt' | 'removedAt'>;

export function stateOf({ activatedAt, retiredAt, expiresAt, removedAt }: Times, now: number): KeyState {
  const isPast = (moment: Date | null): boolean => moment !== null && moment.getTime() <= now;
  if (removedAt !== null) return 'removed';
  if (isPast(expiresAt)) return 'gone';
  if (isPast(retiredAt)) return 'retiring';
  return isPast(activatedAt) ? 'active' : 'next';
}

/** Of usable keys, the one that signs: the last to become active. Where a slow clock sees none, the next one. */
export function signingRow<Row extends Times>(rows: readonly Row[], now: number): Row | undefined {
  const startOf = ({ activatedAt }: Row): number => activatedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const inOrder = [...rows].sort((left, right) => startOf(left) - startOf(right));
  return inOrder.findLast((row) => startOf(row) <= now) ?? inOrder[0];
}

export const isUsable = (row: Times, now: number): boolean => !['gone', 'removed'].includes(stateOf(row, now));
