import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { MappedFile } from './file-map';
import { badForm, type Form, type FormPart } from './form';

/** A form in our own words: what was decided about, and the files in the order of the map. */
export interface WrittenForm {
  readonly contentType: string;
  /**
   * Writes it, no faster than it is read, and ends it. `onProgress` is called for each piece of a file.
   * @throws {Failure} BAD_REQUEST for a file that is missing, is not mapped, or is none; PAYLOAD_TOO_LARGE
   */
  readonly write: (request: ClientRequest, signal: AbortSignal, onProgress: () => void) => Promise<void>;
}

/**
 * So two readers cannot see two operations: nothing of the head of a part is the client's but a cleaned name and a type. The first file is
 * there before anything is asked. @throws {Failure} BAD_REQUEST for another part in its place
 */
export async function writtenForm(operations: string, files: readonly MappedFile[], form: Form): Promise<WrittenForm> {
  const boundary = `gatehouse-${randomBytes(18).toString('hex')}`;
  const map = JSON.stringify(Object.fromEntries(files.map(({ paths }, index) => [index, paths])));
  const head = (name: string): string => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`;

  const take = async (name: string | undefined): Promise<FormPart & { readonly fileName: string }> => {
    const part = await form.next();
    if (part === null || part.name !== name) throw badForm('must have the files of map, in its order, and nothing else');
    const { fileName } = part;
    if (fileName === undefined) throw badForm('must have a file wherever map names one');
    return { ...part, fileName };
  };

  const first = await take(files[0]?.name);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    write: async (request, signal, onProgress) => {
      const send = async (piece: string | Buffer): Promise<void> => {
        signal.throwIfAborted();
        if (!request.write(piece)) await once(request, 'drain', { signal });
        onProgress();
      };
      await send(`${head('operations')}\r\n\r\n${operations}\r\n${head('map')}\r\n\r\n${map}\r\n`);
      for (const [index, { name }] of files.entries()) {
        const { fileName, type, content } = index === 0 ? first : await take(name);
        await send(`${head(String(index))}; filename="${cleanName(fileName)}"\r\ncontent-type: ${cleanType(type)}\r\n\r\n`);
        for await (const piece of content) await send(piece);
        await send('\r\n');
      }
      if ((await form.next()) !== null) throw badForm('must have the files of map, in its order, and nothing else');
      request.end(`--${boundary}--\r\n`);
    },
  };
}

/** What a service may take for a name: no path, nothing that ends a header or a quoted string, nothing that a terminal would obey. */
function cleanName(name: string): string {
  const cleaned = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\\/:]/gu, '_')
    .slice(0, 200)
    .toWellFormed();
  return /^[. ]*$/.test(cleaned) ? 'file' : cleaned;
}

/** RFC 6838 §4.2, without parameters. */
const cleanType = (type: string): string => (/^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64}$/.test(type) ? type : 'application/octet-stream');
