import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MailLanguage, mailLanguages } from '../../mail/texts/languages';
import { isTextKey, shippedTexts, type Texts } from '../texts/say';
import { checkLogo } from './logo';
import { checkThemeCss } from './theme-css';

/** What an operator has given the pages: colours, a picture, words. No template: so an upgrade breaks no page. */
export interface Theme {
  readonly css: string | null;
  readonly logo: string | null;
  readonly texts: { readonly [Language in MailLanguage]: Texts };
}

/** Each is told with its file and what is wrong there. */
export class ThemeError extends Error {
  override readonly name = 'ThemeError';
  constructor(readonly faults: readonly string[]) {
    super(
      `AUTH_PAGES_DIR has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

const maxBytes = 256 * 1024;

/** Reads the folder once. @throws {ThemeError} with every fault at once */
export function openTheme(directory: string | undefined): Theme {
  if (directory === undefined) return { css: null, logo: null, texts: shippedTexts };
  const faults: string[] = [];
  const files = new Map<string, string>();
  for (const name of namesIn(directory, faults)) {
    if (!isKnown(name)) faults.push(`${name}: is none of theme.css, logo.svg, ${mailLanguages.map((tag) => `${tag}.json`).join(', ')}`);
    else files.set(name, readText(directory, name, faults));
  }
  const css = files.get('theme.css') ?? null;
  const logo = files.get('logo.svg') ?? null;
  if (css !== null) faults.push(...checkThemeCss(css).map((fault) => `theme.css: ${fault}`));
  if (logo !== null) faults.push(...checkLogo(logo).map((fault) => `logo.svg: ${fault}`));
  const texts = Object.fromEntries(
    mailLanguages.map((tag) => [tag, { ...shippedTexts[tag], ...readTexts(files.get(`${tag}.json`), `${tag}.json`, faults) }]),
  ) as unknown as Theme['texts'];
  if (faults.length > 0) throw new ThemeError(faults);
  return { css, logo, texts };
}

const isKnown = (name: string): boolean =>
  name === 'theme.css' || name === 'logo.svg' || mailLanguages.some((tag) => name === `${tag}.json`);

/** A hidden file is somebody else's: an editor's, a file system's. */
function namesIn(directory: string, faults: string[]): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch {
    faults.push('the folder cannot be read');
    return [];
  }
}

function readText(directory: string, name: string, faults: string[]): string {
  try {
    const bytes = readFileSync(join(directory, name));
    if (bytes.length <= maxBytes) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    faults.push(`${name}: has more than ${maxBytes / 1024} kB`);
  } catch {
    faults.push(`${name}: cannot be read as UTF-8`);
  }
  return '';
}

/** Texts alone, by keys that there are, with the places that the shipped text has. */
function readTexts(file: string | undefined, name: string, faults: string[]): Readonly<Record<string, string>> {
  if (file === undefined || file === '') return {};
  const read = parse(file);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    faults.push(`${name}: must be an object of texts, in JSON`);
    return {};
  }
  for (const [key, text] of Object.entries(read)) {
    if (!isTextKey(key)) faults.push(`${name}: ${key.slice(0, 64)} is no text of the pages`);
    else if (typeof text !== 'string' || text.length > 2_000) faults.push(`${name}: ${key} must be a text of at most 2000 characters`);
    else {
      const extra = placesIn(text).filter((place) => !placesIn(shippedTexts.en[key]).includes(place));
      if (extra.length > 0) faults.push(`${name}: ${key} has ${extra.join(' and ')}, which is not put in there`);
    }
  }
  return read as Record<string, string>;
}

const placesIn = (text: string): string[] => text.match(/\{\w+\}/g) ?? [];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
