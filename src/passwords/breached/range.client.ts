import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import { version } from '../../version';

/** A service of hash ranges, as Have I Been Pwned has one: it learns five digits of a hash, and answers with all that begin so. */
export interface RangeClient {
  /** Whether the SHA-1 hash, of 20 bytes, is known there. @throws {Error} where the service cannot be asked */
  readonly has: (hash: Buffer) => Promise<boolean>;
}

/** How many hexadecimal digits leave the house: one of about a million ranges, each with hundreds of hashes. */
const prefixDigits = 5;
/** Of the rest of a hash this much is compared and remembered: 64 bits, 8 bytes a hash. */
const comparedDigits = 16;
const timeoutMs = 1_000;
const maxAnswerBytes = 256 * 1024;
const rememberedRanges = 1_000;
const rememberedMs = 3_600_000;
/** Questions under way at once. Registering is not limited before the policy is asked, and a flood of it is not handed on. */
const maxAtOnce = 32;

/** `url`: the prefix is appended to it as a path segment. */
export function createRangeClient(url: string, clock: Pick<Clock, 'now'>): RangeClient {
  const base = url.replace(/\/+$/, '');
  const ranges = new LRUCache<string, { readonly rests: BigUint64Array; readonly askedAt: number }>({ max: rememberedRanges });
  let underWay = 0;

  const ask = async (prefix: string): Promise<BigUint64Array> => {
    if (underWay >= maxAtOnce) throw new Error('too many questions to the list of breached passwords at once');
    underWay += 1;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const headers = { 'add-padding': 'true', accept: 'text/plain', 'user-agent': `gatehouse/${version}` };
      const response = await fetch(`${base}/${prefix}`, { headers, redirect: 'error', signal });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`the list of breached passwords answers with ${response.status}`);
      }
      return readRests(await readAnswer(response));
    } finally {
      underWay -= 1;
    }
  };

  return {
    has: async (hash) => {
      const digits = hash.toString('hex').toUpperCase();
      const prefix = digits.slice(0, prefixDigits);
      const now = clock.now();
      const known = ranges.get(prefix);
      const isFresh = known !== undefined && Math.abs(now - known.askedAt) < rememberedMs;
      const rests = isFresh ? known.rests : await ask(prefix);
      if (!isFresh) ranges.set(prefix, { rests, askedAt: now });
      return rests.includes(toRest(digits.slice(prefixDigits)));
    },
  };
}

/** @throws {Error} past {@link maxAnswerBytes}, and what the connection throws */
async function readAnswer(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error('the answer of the list of breached passwords is too long'); // which cancels the rest
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** Lines of `REST:COUNT`. What is counted 0 times is padding (Add-Padding). @throws {Error} for anything else */
function readRests(answer: string): BigUint64Array {
  const lines = answer.split(/\r?\n/).filter((line) => line !== '');
  if (!lines.every((line) => /^[0-9A-F]{35}:\d{1,12}$/i.test(line)))
    throw new Error('the list of breached passwords answers with nonsense');
  return BigUint64Array.from(lines.filter((line) => !/:0+$/.test(line)).map(toRest));
}

const toRest = (digits: string): bigint => BigInt(`0x${digits.slice(0, comparedDigits)}`);
