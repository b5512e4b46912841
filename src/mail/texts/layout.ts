import { type Html, html } from '../../html';
import type { Line } from './words';

/** A part of a mail. */
export type Block =
  | { readonly lines: readonly Line[] }
  /** Eight digits, and what they are called. */
  | { readonly label: string; readonly code: string }
  | { readonly label: string; readonly button: string; readonly url: string }
  /** Names and values: whose account, when, from where. */
  | { readonly facts: readonly (readonly [string, string])[] };

/** A mail as it is laid out: the same in text and in HTML, because both are made from this. */
export interface Laid {
  /** BCP 47. */
  readonly language: string;
  readonly subject: string;
  readonly blocks: readonly Block[];
  readonly footer: Line;
}

/** In two groups of four, as people read it out. */
const grouped = (digits: string): string => digits.replace(/^(\d{4})(\d{4})$/, '$1 $2');

export const layText = ({ subject, blocks, footer }: Laid): string =>
  `${[subject, ...blocks.flatMap(textsOf), plain(footer)].join('\n\n')}\n`;

function textsOf(block: Block): string[] {
  if ('lines' in block) return block.lines.map(plain);
  if ('facts' in block) return [block.facts.map(([name, value]) => `${name}: ${value}`).join('\n')];
  return ['code' in block ? `${block.label}: ${grouped(block.code)}` : `${block.button}:\n${block.url}`];
}

const plain = ({ words, told }: Line): string => words.reduce((text, each, position) => `${text}${told[position - 1] ?? ''}${each}`);

/**
 * Mail programs read little: a table of one cell bounds the width, styles stand at the elements, and the sheet in the head only adds a dark
 * look for those that read it. Nothing is fetched: there is no image, no font and no style sheet from elsewhere.
 */
export const layHtml = ({ language, subject, blocks, footer }: Laid): string =>
  html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${subject}</title>
${sheet}
</head>
<body class="page" style="margin:0;padding:0;background:#f2f4f1;color:#1c2421">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f1">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0"
 style="max-width:560px;background:#ffffff;border-radius:10px">
<tr><td class="ink" style="padding:28px 24px;font:16px/1.55 ${font};color:#1c2421;text-align:left">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.25">${subject}</h1>
${blocks.map(blockOf)}<p class="quiet" style="margin:24px 0 0;font-size:13px;color:#52605a">${marked(footer)}</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.toString();

function blockOf(block: Block): Html {
  if ('lines' in block) return html`${block.lines.map((line) => html`<p style="margin:0 0 16px">${marked(line)}</p>\n`)}`;
  if ('facts' in block) return factsBlock(block.facts);
  return 'code' in block ? codeBlock(block.label, block.code) : buttonBlock(block);
}

/** What somebody else has written stands in its own direction, whatever script it is in (HTML §4.5.24). */
const marked = ({ words, told }: Line): Html =>
  html`${words.map((each, position) => [position === 0 ? null : html`<bdi><strong>${told[position - 1] ?? ''}</strong></bdi>`, each])}`;

const codeBlock = (label: string, digits: string): Html => html`<p class="code"
 style="margin:0 0 20px;padding:14px 16px;background:#f2f4f1;border-radius:8px;text-align:center"><span class="quiet"
 style="display:block;font-size:13px;color:#52605a">${label}</span><strong
 style="font:700 28px/1.4 ${monospace};letter-spacing:2px;white-space:nowrap">${grouped(digits)}</strong></p>
`;

const buttonBlock = ({ label, button, url }: { readonly label: string; readonly button: string; readonly url: string }): Html =>
  html`<p style="margin:0 0 12px;text-align:center"><a class="button" href="${url}"
 style="display:inline-block;padding:13px 24px;background:#17604a;border-radius:8px;color:#ffffff;font-weight:600;text-decoration:none"
>${button}</a></p>
<p class="quiet" style="margin:0 0 20px;font-size:13px;color:#52605a;overflow-wrap:anywhere;word-break:break-word">${label}:<br>
<a class="link" href="${url}" style="color:#17604a">${url}</a></p>
`;

const factsBlock = (
  facts: readonly (readonly [string, string])[],
): Html => html`<table class="line" cellpadding="0" cellspacing="0" width="100%"
 style="margin:8px 0 20px;border-top:1px solid #d9ded9;border-bottom:1px solid #d9ded9;font:14px/1.5 ${font}">
${facts.map(
  ([name, value]) => html`<tr><th scope="row" class="quiet" valign="top"
 style="padding:6px 16px 6px 0;color:#52605a;font-weight:400;text-align:left;white-space:nowrap">${name}</th>
<td class="ink" width="100%" style="padding:6px 0;color:#1c2421;overflow-wrap:anywhere;word-break:break-word"><bdi>${value}</bdi></td></tr>
`,
)}</table>
`;

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const monospace = "ui-monospace, Menlo, Consolas, 'Courier New', monospace";

const sheet = html`<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #141917 !important; }
  .card { background: #1c2320 !important; }
  .ink { color: #e8ece9 !important; }
  .code { background: #141917 !important; }
  .quiet { color: #a6b3ac !important; }
  .line { border-color: #36413c !important; }
  .link { color: #7fd6b4 !important; }
  .button { background: #7fd6b4 !important; color: #0e1412 !important; }
}
</style>`;
