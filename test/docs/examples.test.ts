import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type CodeBlock, codeBlocks, documents } from '../support/documents';
import { postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { hasPython, howToGetPython } from '../support/python';
import { itWhere } from '../support/where';

const run = promisify(execFile);
const baseUrl = 'http://localhost:4000';

/** TypeScript is run by programs.test.ts. */
const talksToGateway = ({ language, code }: CodeBlock): boolean => language === 'graphql' || (code.includes(baseUrl) && language !== 'ts');
/** GraphQL that is for another server than Gatehouse; other-files.test.ts composes it. */
const elsewhere = ['docs/federation.md'];
const withExamples = documents
  .filter((document) => !elsewhere.includes(document))
  .filter((document) => codeBlocks(document).some(talksToGateway));
const blocksOf = (document: string, ...languages: string[]): string[] =>
  codeBlocks(document)
    .filter((block) => talksToGateway(block) && languages.includes(block.language))
    .map(({ code }) => code);

/** Each document's examples run in their order, against a gateway of their own: what a reader does. */
describe.each(withExamples)('the examples of %s', (document) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite');
  });
  afterAll(() => house.close());

  const commands = blocksOf(document, 'sh', 'bash');
  const programs = blocksOf(document, 'python');
  const operations = blocksOf(document, 'graphql');

  it('are in a language that this test runs', () => {
    const all = codeBlocks(document).filter(talksToGateway).length;
    expect(commands.length + programs.length + operations.length).toBe(all);
  });

  if (commands.length > 0)
    it('work in a shell', async () => {
      const strict = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n';
      const { stdout } = await run('bash', ['-c', strict + commands.join('\n').replaceAll(baseUrl, house.url)]);
      expect(stdout).toContain('{');
      expect(stdout).not.toContain('"errors"');
    });

  if (operations.length > 0)
    it('work in GraphQL', async () => {
      let token: string | undefined;
      for (const query of operations) {
        const { status, body } = await postGraphQL(house, query, {}, token);
        expect({ query, status, errors: body.errors }).toEqual({ query, status: 200, errors: undefined });
        token = body.data.register?.accessToken ?? token;
      }
    });

  if (programs.length > 0)
    itWhere(hasPython, howToGetPython)('work in Python', async () => {
      for (const program of programs) {
        const { stdout } = await run('python3', ['-c', program.replaceAll(baseUrl, house.url)], { env: { ...process.env, NO_PROXY: '*' } });
        expect(stdout).toContain('username');
      }
    });
});

it('the documents have examples in every language', () => {
  const languages = new Set(
    withExamples
      .flatMap(codeBlocks)
      .filter(talksToGateway)
      .map(({ language }) => language),
  );
  expect([...languages].sort()).toEqual(['graphql', 'python', 'sh']);
});
