import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loggedEvents } from '../../src/audit/audit.events';
import { catalogueOf } from '../../src/audit/event-description';
import { features } from '../../src/features';
import { isMailKind } from '../../src/mail/texts/kinds';

const page = readFileSync(join(__dirname, '../../docs/audit.md'), 'utf8');
const [, rows = '', lines = ''] = /## Events\n([\s\S]*?)These happen too often([\s\S]*?)\n## /.exec(page) ?? [];
const catalogue = [...catalogueOf(features.list)];

it('docs/audit.md has every event with its words, and what its owner sees of it, and no other', () => {
  const cells = [...rows.matchAll(/^\| `([\w.]+)` \| (.+?) \| (yes)? \| (yes)? \| (?:`([\w-]+)`)? \|$/gm)];
  expect(cells.map(([, name, words, shown, disputed, mail]) => [name, words?.replaceAll('`', ''), shown, disputed, mail])).toEqual(
    catalogue.map(([name, { words, isShown, dispute, mail }]) => [name, words, isShown && 'yes', dispute && 'yes', mail]),
  );
  const logged = [...lines.matchAll(/^\| `([\w.]+)` \| (.+) \|$/gm)].map(([, name, words]) => [name, words?.replaceAll('`', '')]);
  expect(Object.fromEntries(logged)).toEqual(loggedEvents);
});

it('no event can be disputed that its owner does not see, and every mail that is named is one', () => {
  for (const [name, { isShown, dispute, mail }] of catalogue)
    expect([name, dispute === undefined || isShown === true, mail === undefined || isMailKind(mail)]).toEqual([name, true, true]);
});
