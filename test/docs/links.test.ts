import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchors, documents, links } from '../support/documents';

const isOfTheWeb = (target: string): boolean => /^(https?:|mailto:)/.test(target);

describe.each(documents)('the links of %s', (document) => {
  const inside = links(document).filter((target) => !isOfTheWeb(target));

  it('lead to files and headings that are there', () => {
    for (const target of inside) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : normalize(join(dirname(document), path));
      expect([target, existsSync(file)]).toEqual([target, true]);
      if (anchor !== undefined) expect([target, anchors(file)]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });
});

it('every page is reached from the README', () => {
  const reached = new Set<string>();
  const visit = (document: string): void => {
    if (reached.has(document)) return;
    reached.add(document);
    for (const target of links(document).filter((each) => !isOfTheWeb(each))) {
      const path = normalize(join(dirname(document), target.split('#')[0] ?? ''));
      if (path.endsWith('.md')) visit(path);
      else if (path.startsWith('docs') && statSync(path).isDirectory())
        for (const name of readdirSync(path)) if (name.endsWith('.md')) visit(join(path, name));
    }
  };
  visit('README.md');
  expect([...reached].sort()).toEqual([...documents].sort());
});

it('decisions have a number each', () => {
  const numbers = readdirSync('docs/decisions').map((name) => /^(\d{3})-[a-z0-9-]+\.md$/.exec(name)?.[1] ?? name);
  expect(numbers).toEqual(numbers.map(() => expect.stringMatching(/^\d{3}$/)));
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('every dependency at run time is argued, and no other', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  const [table = ''] = readFileSync('docs/decisions/008-dependencies.md', 'utf8').split('## For development');
  const argued = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(argued.sort()).toEqual(Object.keys(dependencies).sort());
});
