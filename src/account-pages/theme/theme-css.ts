import { properties } from '../view/style';

/** `:root { --brand: #123456; }`, and the same for the dark: nothing else, so that a theme of one release renders in every later one. */
export function checkThemeCss(css: string): string[] {
  const faults: string[] = [];
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, ' ');
  const rest = plain
    .replaceAll(/@media\s*\(\s*prefers-color-scheme\s*:\s*(?:dark|light)\s*\)\s*\{\s*:root\s*\{([^{}]*)\}\s*\}/g, (_, set: string) => {
      faults.push(...faultsOf(set));
      return ' ';
    })
    .replaceAll(/:root\s*\{([^{}]*)\}/g, (_, set: string) => {
      faults.push(...faultsOf(set));
      return ' ';
    })
    .trim();
  if (rest !== '')
    faults.push(
      `has "${rest.slice(0, 40).replaceAll(/\s+/g, ' ')}": there may be :root { … } alone, and in @media (prefers-color-scheme: dark)`,
    );
  return faults;
}

const faultsOf = (set: string): string[] =>
  set
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => declaration !== '')
    .flatMap((declaration) => {
      const [, name = '', value = ''] = /^([^:]*):([\s\S]*)$/.exec(declaration) ?? [];
      if (!Object.hasOwn(properties, name.trim())) return [`${(name || declaration).trim().slice(0, 40)} is no property of the pages`];
      return isPlain(value.trim())
        ? []
        : [`${name.trim()} must be a colour, a length or a font, without url(), quotes that do not end, or <`];
    });

/** A request to elsewhere, or a way out of the declaration, is none of these. */
const isPlain = (value: string): boolean =>
  value !== '' &&
  value.length <= 200 &&
  /^[\w\s#%.,()'"+*/-]+$/.test(value) &&
  !/url|image|import|expression|attr/i.test(value) &&
  isQuoted(value);

const isQuoted = (value: string): boolean => [`'`, `"`].every((quote) => (value.split(quote).length - 1) % 2 === 0);
