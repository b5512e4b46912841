import { type FileHandle, open } from 'node:fs/promises';

/** The file of AUTH_BREACHED_PASSWORDS cannot be used: why, without its path. */
export class BreachedFileError extends Error {
  override readonly name = 'BreachedFileError';
}

/** Hashes of passwords in a file, looked up where they lie: no more memory for a billion of them than for ten. */
export interface HashFile {
  readonly entries: number;
  /** Whether the SHA-1 hash, of 20 bytes, is in the file. @throws {Error} of the system, or where the file has become shorter */
  readonly has: (hash: Buffer) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/**
 * An entry: the first 8 bytes of a SHA-1 hash. Entries are in ascending order, and the file has nothing else. By chance a hash
 * has the first 8 bytes of one of a billion others once in 18 billion times.
 */
export const entryBytes = 8;

/** What one look-up reads at a time: 512 entries. */
const blockBytes = 4096;
const entriesInBlock = blockBytes / entryBytes;
/** How many blocks, spread evenly over the file, are looked at before it is trusted: 16 MB, so that the whole list costs no start its time. */
const judgedBlocks = 4096;
/** Guesses by interpolation before a search halves what is left: hashes lie evenly, and a file that is no list of hashes may not. */
const maxGuesses = 8;

/** Opens a file as `gatehouse passwords build` makes it. @throws {BreachedFileError} */
export async function openHashFile(path: string): Promise<HashFile> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new BreachedFileError('is no file that can be read', { cause });
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new BreachedFileError('is no file');
    if (stat.size === 0) throw new BreachedFileError('is empty');
    if (stat.size % entryBytes !== 0) throw new BreachedFileError('is cut off, or is no list that gatehouse passwords build has made');
    const entries = stat.size / entryBytes;
    await requireSorted(file, entries);
    return { entries, has: (hash) => isListed(file, entries, hash.subarray(0, entryBytes)), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Every block of a short file, and blocks from all parts of a long one. */
async function requireSorted(file: FileHandle, entries: number): Promise<void> {
  const blocks = Math.ceil(entries / entriesInBlock);
  const step = Math.max(1, blocks / judgedBlocks);
  let before: Buffer | undefined;
  for (let block = 0; block < blocks; block += step) {
    const found = await readBlock(file, Math.floor(block) * entriesInBlock, entries);
    for (let entry = 0; entry < found.length; entry += entryBytes) {
      const next = found.subarray(entry, entry + entryBytes);
      if (before !== undefined && next.compare(before) < 0) throw new BreachedFileError('is not in the order of the hashes');
      before = next;
    }
  }
}

async function isListed(file: FileHandle, entries: number, wanted: Buffer): Promise<boolean> {
  const target = numberOf(wanted);
  let [from, to] = [0, entries]; // the entry is in here, or nowhere
  let [least, most] = [0, 2 ** 64];
  for (let guess = 0; from < to; guess += 1) {
    const share = guess < maxGuesses && most > least ? (target - least) / (most - least) : 0.5;
    const middle = from + Math.floor(Math.min(Math.max(share, 0), 1) * (to - from));
    const first = Math.max(from, Math.min(middle - entriesInBlock / 2, to - entriesInBlock));
    const block = await readBlock(file, first, to);
    if (wanted.compare(block, 0, entryBytes) < 0) [to, most] = [first, numberOf(block)];
    else if (wanted.compare(block, block.length - entryBytes) > 0)
      [from, least] = [first + block.length / entryBytes, numberOf(block.subarray(-entryBytes))];
    else return isInBlock(block, wanted);
  }
  return false;
}

function isInBlock(block: Buffer, wanted: Buffer): boolean {
  for (let entry = 0; entry < block.length; entry += entryBytes) if (wanted.equals(block.subarray(entry, entry + entryBytes))) return true;
  return false;
}

/** As near as a number comes to it: it is for a guess, and never compared. */
const numberOf = (entry: Buffer): number => Number(entry.readBigUInt64BE(0));

/** From the entry `first` to the end of the block, or to the entry `end`. @throws {Error} where the file has become shorter */
async function readBlock(file: FileHandle, first: number, end: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(Math.min(entriesInBlock, end - first) * entryBytes);
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, first * entryBytes + filled);
    if (bytesRead === 0) throw new Error('the list of breached passwords has become shorter');
    filled += bytesRead;
  }
  return block;
}
