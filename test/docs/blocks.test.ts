import { readFileSync } from 'node:fs';
import { codeBlocks, commandsFor, commandsOf, documents, listed } from '../support/documents';

/** Which test runs the blocks of a language, or those of one document. What is typed into a shell has a list of its own. */
const ranBy: Readonly<Record<string, string>> = {
  graphql: 'test/docs/examples.test.ts',
  python: 'test/docs/examples.test.ts',
  ts: 'test/docs/programs.test.ts',
  'docs/federation.md graphql': 'test/docs/other-files.test.ts',
  'docs/forward-auth.md json': 'test/docs/other-files.test.ts',
  'docs/providers.md json': 'test/docs/other-files.test.ts',
  'docs/gateway.md json': 'test/docs/other-files.test.ts',
  'docs/testing.md ts': 'test/examples/testing.test.ts',
  'docs/pages.md css': 'test/account-pages/theme.test.ts',
  'docs/permissions.md json': 'test/docs/commands.test.ts',
};
const testOf = (document: string, language: string): string | undefined => ranBy[`${document} ${language}`] ?? ranBy[language];
/** Diagrams, and answers as they come over the line, are looked at. */
const shown = ['mermaid', 'text'];
/** The examples that are sent are the ones with this address. */
const baseUrl = 'http://localhost:4000';

it('every code block of a document is of a language that a test runs', () => {
  for (const document of documents)
    for (const { language } of codeBlocks(document))
      expect([document, language, testOf(document, language) !== undefined || [...shown, 'sh'].includes(language)]).toEqual([
        document,
        language,
        true,
      ]);
});

it('every document with programs is named by the test that runs them, or its programs talk to a gateway', () => {
  for (const document of documents)
    for (const { language, code } of codeBlocks(document)) {
      const test = testOf(document, language);
      if (test === undefined || language === 'graphql') continue;
      const run = test === 'test/docs/examples.test.ts' ? code.includes(baseUrl) : readFileSync(test, 'utf8').includes(document);
      expect([document, language, run]).toEqual([document, language, true]);
    }
});

describe('every command of a document', () => {
  const commands = documents.flatMap((document) => commandsOf(document));

  it('is listed with what runs it, and no other is listed', () => {
    expect(commands.filter((command) => command.ranBy === undefined)).toEqual([]);
    const begins = commands.map(({ document, text }) => [document, text.split('\n')[0]]);
    expect(begins).toEqual(documents.flatMap((document) => (listed[document] ?? []).map(([line]) => [document, line])));
    expect(Object.keys(listed).filter((document) => !documents.includes(document))).toEqual([]);
  });

  // test/docs/commands.test.ts and scripts/newcomer.mjs hold by themselves that they ran each of theirs.
  it('is run by the check that it is listed with', () => {
    const runners = new Set(commands.map((command) => command.ranBy).filter((each) => typeof each === 'string'));
    expect([...runners].sort()).toEqual(['.ci/run', 'scripts/newcomer.mjs', 'test/docs/commands.test.ts', 'test/docs/examples.test.ts']);
    for (const { text } of commandsFor('test/docs/examples.test.ts')) expect(text).toContain(baseUrl);

    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    /** A command as `.ci/run` has it: a script that only runs others is run as these. */
    const leaves = (command: string): string[] => {
      const parts = scripts[command.replace(/^npm run (--silent )?/, '')]?.split(' && ') ?? [];
      return parts.length > 1 && parts.every((part) => /^npm (test|run --silent check:)/.test(part)) ? parts.flatMap(leaves) : [command];
    };
    const ci = readFileSync('.ci/run', 'utf8')
      .replace(/npm test .*/, 'npm test')
      .split('\n');
    const wanted = commandsFor('.ci/run').flatMap(({ text }) => leaves(text));
    expect(wanted).toContain('npm run --silent check:newcomer');
    expect(ci).toEqual(expect.arrayContaining(wanted.map((command) => command.replace('--silent ', ''))));
    expect(scripts['check:newcomer']).toBe('node scripts/newcomer.mjs');
  });

  it('is run by something, but for those of a container engine', () => {
    const notRun = commands.flatMap(({ document, text, ranBy: how }) => (typeof how === 'object' ? [{ document, text, ...how }] : []));
    expect(notRun.map(({ document, text }) => [document, text.split(' ').slice(0, 2).join(' '), text.includes('\n')])).toEqual([
      ['docs/deployment.md', 'docker build', false],
      ['docs/deployment.md', 'docker run', false],
      ['docs/deployment.md', 'docker compose', false],
    ]);
    for (const { testOfParts } of notRun) expect(readFileSync(testOfParts, 'utf8')).toMatch(/Dockerfile|compose\.yaml/);
  });
});

it('every diagram is of a kind that Mermaid knows', () => {
  const diagrams = documents.flatMap((document) => codeBlocks(document).filter(({ language }) => language === 'mermaid'));
  expect(diagrams.length).toBeGreaterThan(0);
  for (const { code } of diagrams) expect(code).toMatch(/^(sequenceDiagram|flowchart (LR|TD|TB)|stateDiagram-v2)\n/);
});
