import type { EventCatalogue, EventDescription } from './event-description';

/** `docs/audit.md` with the table of every event between its marks. @throws {Error} where the marks are not there */
export function withEvents(text: string, catalogue: EventCatalogue): string {
  const marks = /(<!-- events -->\n).*?(<!-- end -->)/s;
  if (!marks.test(text)) throw new Error('docs/audit.md has no place for the table of events');
  const rows = [...catalogue].map(([name, described]) => rowOf(name, described));
  const table = ['| event | what happened | shown | disputed | mail |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
  return text.replace(marks, (_all, opening: string, closing: string) => `${opening}\n${table}\n\n${closing}`);
}

const rowOf = (name: string, { words, isShown, dispute, mail }: EventDescription): string =>
  `| \`${name}\` | ${words.replaceAll(/AUTH_\w+/g, '`$&`')} | ${isShown ? 'yes' : ''} | ${dispute ? 'yes' : ''} | ${mail ? `\`${mail}\`` : ''} |`;
