import { readFileSync } from 'node:fs';
import { codeBlocks, documents } from '../support/documents';

/** Which test runs the blocks of a language, or those of one document: it names the document. */
const ranBy: Readonly<Record<string, string>> = {
  graphql: 'test/docs/examples.test.ts',
  python: 'test/docs/examples.test.ts',
  ts: 'test/docs/programs.test.ts',
  sh: 'test/docs/commands.test.ts',
  'docs/federation.md graphql': 'test/docs/other-files.test.ts',
  'docs/forward-auth.md json': 'test/docs/other-files.test.ts',
};
const testOf = (document: string, language: string): string | undefined => ranBy[`${document} ${language}`] ?? ranBy[language];
/** Diagrams, and answers as they come over the line, are looked at. */
const shown = ['mermaid', 'text'];

it('every code block of a document is of a language that a test runs', () => {
  for (const document of documents)
    for (const { language } of codeBlocks(document))
      expect([document, language, testOf(document, language) !== undefined || shown.includes(language)]).toEqual([
        document,
        language,
        true,
      ]);
});

it('every document with programs or commands is named by the test that runs them', () => {
  for (const document of documents)
    for (const { language, code } of codeBlocks(document)) {
      const test = testOf(document, language);
      if (test === undefined || test.includes('examples') || (language === 'sh' && code.includes('http://localhost:4000'))) continue;
      expect([document, readFileSync(test, 'utf8').includes(document)]).toEqual([document, true]);
    }
});

it('every diagram is of a kind that Mermaid knows', () => {
  const diagrams = documents.flatMap((document) => codeBlocks(document).filter(({ language }) => language === 'mermaid'));
  expect(diagrams.length).toBeGreaterThan(0);
  for (const { code } of diagrams) expect(code).toMatch(/^(sequenceDiagram|flowchart (LR|TD|TB)|stateDiagram-v2)\n/);
});
