import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a document. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** Every document that a reader is led to, from the repository's root. */
export const documents: readonly string[] = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  'bench/notes.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  ),
];

export const codeBlocks = (document: string): CodeBlock[] =>
  [...readFileSync(document, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }));

/** What a document tells to type, and the file that runs it, if there is one. */
export interface Command {
  readonly document: string;
  readonly text: string;
  readonly ranBy?: string | { readonly shown: string; readonly testOfParts: string };
}

/** The list of all commands: scripts/newcomer.mjs, which is not compiled, reads it too. */
export const { commandsOf, commandsFor, listed } = require('./documented-commands.cjs') as {
  readonly commandsOf: (document: string) => Command[];
  readonly commandsFor: (runner: string) => Command[];
  readonly listed: Readonly<Record<string, readonly (readonly [begins: string, ranBy: Command['ranBy']])[]>>;
};

/** Targets of links, with the ones to pages of the web. Code is no place for links. */
export const links = (document: string): string[] =>
  [...withoutCode(readFileSync(document, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** As GitHub makes the anchors of headings. */
export const anchors = (document: string): string[] =>
  [...withoutCode(readFileSync(document, 'utf8'), false).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

const withoutCode = (text: string, inline = true): string => {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return inline ? prose.replaceAll(/`[^`\n]*`/g, '') : prose;
};
