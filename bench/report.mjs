// The table, as Markdown, and where it goes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- measured by bench/run.mjs: do not edit by hand -->';
const end = '<!-- end of what was measured -->';

/** Puts the text between the markers of the page. */
export function writeInto(file, text) {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : `${begin}\n${end}\n`;
  const [before, rest = ''] = page.split(begin);
  const after = rest.split(end)[1] ?? '';
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}

export function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const whole = (value) => Math.round(value).toLocaleString('en-GB');
export const fixed = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
