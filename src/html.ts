/** HTML that may be written as it is: only {@link html} makes it, so that a plain text in its place does not compile. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** For {@link html} alone. */
  static readonly made = (text: string): Html => new Html(text);
}

/** What may stand in a template: texts and numbers are escaped, HTML is not, and null is nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** `` html`<p>${name}</p>` ``: every value is escaped for text and for attributes in double quotes (HTML §13.3), unless `html` made it. */
export function html(template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.made(template.reduce((text, words, position) => `${text}${written(values[position - 1] ?? null)}${words}`));
}

function written(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.toString();
  return Array.isArray(value) ? value.map(written).join('') : escaped(String(value));
}

const escaped = (text: string): string => text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
