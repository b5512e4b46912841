import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Of a file's bytes, in hexadecimal. */
export const digestOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
