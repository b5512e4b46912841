import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const [promises = ''] = page.split('\n## Timing');
const rows = promises.split('\n').filter((line) => line.startsWith('| ') && !/^\| (promise|---)/.test(line));
const proofs = [...page.matchAll(/`([\w./-]+)` “([^”]+)”/g)].map(([, file = '', sentence = '']) => ({ file, sentence }));

describe('docs/security.md', () => {
  it('has a test for every promise', () => {
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) expect(row).toMatch(/`[\w./-]+` “[^”]+” \|$/);
  });

  it.each(proofs)('names a sentence that is there: $file “$sentence”', ({ file, sentence }) => {
    const path = join(root, 'test', `${file}.test.ts`);
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, 'utf8').replaceAll("\\'", "'");
    expect([`'${sentence}'`, `"${sentence}"`].some((quoted) => source.includes(quoted))).toBe(true);
  });
});
