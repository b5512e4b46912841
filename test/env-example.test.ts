import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig, settings } from '../src/app/load-config';

const example = readFileSync(join(__dirname, '../.env.example'), 'utf8');
/** The file with every setting switched on. */
const uncommented = example.replaceAll(/^# (?=[A-Z][A-Z0-9_]*=)/gm, '');

describe('.env.example', () => {
  it('names every setting once, and nothing else', () => {
    const names = [...example.matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual([...settings.keys()].sort());
  });

  it('explains every setting above it', () => {
    for (const [, above] of example.matchAll(/((?:^# [^-\s].*\n)*)^# [A-Z][A-Z_]*=.*$/gm)) expect(above).toMatch(/^# [^-\s].{10,}\.\n$/s);
    expect(example.match(/^# --- /gm)?.length).toBeGreaterThan(3);
  });

  it('changes nothing when it is taken as it is, so that what it shows are the defaults', () => {
    expect(settingsOf(parseEnv(example))).toEqual(settingsOf({}));
    expect(settingsOf(parseEnv(uncommented))).toEqual(settingsOf({}));
  });

  it('shows the default of every setting that has one', () => {
    const shown = parseEnv(uncommented);
    const withDefault = [...settings].filter(([, { default: fallback }]) => typeof fallback === 'string' && fallback !== '');
    expect(withDefault.filter(([name]) => !shown[name]).map(([name]) => name)).toEqual([]);
  });
});

/** Without the function that looks variables up, which is another one each time. */
const settingsOf = (environment: NodeJS.Dict<string>): unknown => {
  const result = loadConfig(environment);
  return result.ok ? { ...result.config, variable: null } : result;
};
