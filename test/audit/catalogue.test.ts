import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loggedEvents } from '../../src/audit/audit.events';
import { features } from '../../src/features';

it('docs/audit.md has every event with its words, and no other', () => {
  const page = readFileSync(join(__dirname, '../../docs/audit.md'), 'utf8');
  const [, rows = '', lines = ''] = /## Events\n([\s\S]*?)These happen too often([\s\S]*?)\n## /.exec(page) ?? [];
  const table = (text: string) =>
    Object.fromEntries([...text.matchAll(/^\| `([\w.]+)` \| (.+) \|$/gm)].map(([, name, words]) => [name, words?.replaceAll('`', '')]));
  expect(table(rows)).toEqual(Object.assign({}, ...features.list.map(({ auditEvents = {} }) => auditEvents)));
  expect(table(lines)).toEqual(loggedEvents);
});
