import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { entryBytes } from './hash-file';

/** What a list has become. */
export interface BuiltList {
  readonly file: string;
  /** Hashes that were kept. */
  readonly entries: number;
  readonly bytes: number;
}

/** An input that is no list of hashes: where, and what is wrong, never the line. */
export class BreachedListError extends Error {
  override readonly name = 'BreachedListError';
}

const chunkBytes = 1024 * 1024;

/**
 * Makes the file that {@link openHashFile} reads: beside `output` first, and then in its place, so that a gateway that has the old one
 * open goes on with that until its next start, and none ever sees half of it. `input`: lines `HASH:COUNT` in the order of the hashes,
 * or a folder of range files (`00000.txt` to `FFFFF.txt`, lines `REST:COUNT`), both as the downloader of Have I Been Pwned
 * writes them. @throws {BreachedListError}, and the system's errors
 */
export async function buildHashFile(input: string, output: string, minCount: number): Promise<BuiltList> {
  const draft = `${output}.${randomUUID()}.draft`;
  const isFolder = await isFolderThere(input);
  const file = await open(draft, 'wx').catch((cause: unknown) => {
    throw new BreachedListError('no file can be made where the output is to be', { cause });
  });
  try {
    let [entries, filled] = [0, 0];
    let chunk = Buffer.allocUnsafe(chunkBytes);
    for await (const entry of entriesOf(isFolder ? inFolder(input) : inFile(input, ''), minCount)) {
      entry.copy(chunk, filled);
      filled += entryBytes;
      entries += 1;
      if (filled < chunkBytes) continue;
      await file.writeFile(chunk);
      [chunk, filled] = [Buffer.allocUnsafe(chunkBytes), 0];
    }
    if (entries === 0) throw new BreachedListError('no hash is left: the input is empty, or the least count too high');
    await file.writeFile(chunk.subarray(0, filled));
    await file.sync();
    await file.close();
    await rename(draft, output);
    return { file: output, entries, bytes: entries * entryBytes };
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
}

async function isFolderThere(input: string): Promise<boolean> {
  const found = await stat(input).catch((cause: unknown) => {
    throw new BreachedListError('the input is no file or folder that can be read', { cause });
  });
  return found.isDirectory();
}

/** In ascending order, each once. */
async function* entriesOf(lines: AsyncGenerator<Line>, minCount: number): AsyncGenerator<Buffer> {
  let before: Buffer | undefined;
  let kept: Buffer | undefined;
  for await (const { hash, count, where } of lines) {
    const entry = Buffer.from(hash.slice(0, entryBytes * 2), 'hex');
    if (before !== undefined && entry.compare(before) < 0)
      throw new BreachedListError(`${where}: is not in the order of the hashes; sort the list first`);
    before = entry;
    if (count < minCount || kept?.equals(entry)) continue;
    kept = entry;
    yield entry;
  }
}

interface Line {
  readonly hash: string;
  readonly count: number;
  readonly where: string;
}

async function* inFolder(folder: string): AsyncGenerator<Line> {
  const ranges = (await readdir(folder)).filter((name) => /^[0-9A-F]{5}(\.txt)?$/i.test(name)).sort();
  if (ranges.length === 0) throw new BreachedListError('the folder has no range file, such as 00000.txt');
  for (const name of ranges) yield* inFile(join(folder, name), name.slice(0, 5));
}

/** `prefix`: what stands before each line's hash. */
async function* inFile(path: string, prefix: string): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line === '') continue;
    const where = `${basename(path)}, line ${number}`;
    const [, rest = '', count = '1'] = /^([0-9A-F]{32,40})(?::(\d{1,12}))?$/i.exec(line) ?? [];
    const hash = `${prefix}${rest}`;
    if (hash.length !== 40)
      throw new BreachedListError(`${where}: is no SHA-1 hash with a count${hash.length === 32 ? ', but an NTLM hash' : ''}`);
    yield { hash, count: Number(count), where };
  }
}
