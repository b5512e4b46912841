import { defaultOf, type Section, type Setting } from './setting';

/** The table of one section, as `docs/configuration.md` has it. */
export function tableOf({ settings, columns = [], introduction }: Section): string {
  const rows = Object.values(settings).map((setting) => [
    `\`${setting.variable}\``,
    shownDefault(setting),
    setting.words,
    ...(setting.columns ?? []),
  ]);
  const head = ['variable', 'default', columns.length > 0 ? 'what is counted' : 'meaning', ...columns];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [...(introduction === undefined ? [] : [introduction, '']), ...lines].join('\n');
}

function shownDefault(setting: Setting): string {
  if (setting.shown !== undefined) return setting.shown;
  const [development, production] = [false, true].map((inProduction) => defaultOf(setting, inProduction));
  if (development === undefined || development === '') return 'none';
  return development === production ? `\`${development}\`` : `\`${development}\`, in production \`${production}\``;
}

/**
 * `text` with the table of each section between its marks: `<!-- settings: TITLE -->` and `<!-- end -->`.
 * @throws {Error} for a section without marks, or marks without a section
 */
export function withTables(text: string, sections: readonly Section[]): string {
  const left = new Map(sections.map((section) => [section.title, section]));
  const made = text.replaceAll(
    /(<!-- settings: ([^\n]+) -->\n).*?(\n<!-- end -->)/gs,
    (_all, opening: string, title: string, closing: string) => {
      const section = left.get(title);
      if (section === undefined) throw new Error(`no section of settings is called ${title}`);
      left.delete(title);
      return `${opening}\n${tableOf(section)}\n${closing}`;
    },
  );
  if (left.size > 0) throw new Error(`no table for the settings of ${[...left.keys()].join(', ')}`);
  return made;
}

const width = 118;

/** `.env.example`: every setting with its words above it, and its default where it has one. */
export function environmentExample(sections: readonly Section[]): string {
  const head = [
    'Every setting of Gatehouse. Copy this file to .env and take the # away from what you want to change; the environment wins over .env.',
    'What stands behind = is the default, and nothing there means that none is set. A wrong value stops the start, and every fault is listed',
    'at once: `npx gatehouse config check` tells without starting. docs/configuration.md has the same as tables.',
  ];
  const parts = sections.map(({ title, settings }) => {
    const lines = Object.values(settings).flatMap((setting) => [
      ...comment(sentence(setting)),
      `# ${setting.variable}=${plainDefault(setting)}`,
    ]);
    return [`# --- ${title} ${'-'.repeat(Math.max(3, width - title.length - 7))}`, '', ...lines].join('\n');
  });
  return `${comment(head.join(' ')).join('\n')}\n\n${parts.join('\n\n')}\n`;
}

/** A default that NODE_ENV decides is told in words: what stands behind = would be taken as it is. */
const plainDefault = ({ default: fallback }: Setting): string => (typeof fallback === 'string' ? fallback : '');

function sentence(setting: Setting): string {
  const words = plain(setting.words);
  const isTold = typeof setting.default === 'string' && setting.default !== '';
  const first = setting.words.startsWith('`') ? words.charAt(0) : words.charAt(0).toUpperCase(); // a name stays as it is written
  return `${first}${words.slice(1)}.${isTold ? '' : ` Not set: ${plain(shownDefault(setting))}.`}`;
}

/** Without Markdown: a link is its words, and a name stands by itself. */
const plain = (text: string): string => text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');

function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
