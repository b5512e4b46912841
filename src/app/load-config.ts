import { distance } from 'fastest-levenshtein';
import type { Config, ConfigResult } from '../config';
import { databaseSettings } from '../database/database.settings';
import { features } from '../features';
import { httpSettings } from '../http/http.settings';
import { metricsSettings } from '../metrics/metrics.settings';
import { gatewaySettings } from '../settings/gateway.settings';
import { defaultOf, type Fault, type Section, type Setting, type SettingValues } from '../settings/setting';

/** The settings of the gateway itself, and those that features bring, in the order of the documents. */
export const sections: readonly Section[] = [
  databaseSettings,
  httpSettings,
  gatewaySettings,
  metricsSettings,
  ...features.list.flatMap(({ settings: own = [] }) => own),
];

/** Every setting, by its variable. @throws {Error} when two sections have the same one */
export const settings: ReadonlyMap<string, Setting> = uniqueSettings(sections);

/**
 * Reads the settings out of an environment. Pure: nothing is read or made here, and every fault is listed at once, by variable and rule and
 * never by value. An empty value counts as not set, as in most shells' habits.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const production = given.NODE_ENV === 'production';
  const faults: Fault[] = [];
  const values: Record<string, unknown> = {};
  const byName: Record<string, unknown> = { production };
  const config: Record<string, unknown> = {};
  for (const { settings: own, under } of sections) {
    const read: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(own)) {
      const text = given[setting.variable] ?? defaultOf(setting, production);
      const parsed = text === undefined ? null : setting.rule.safeParse(text);
      faults.push(...(parsed?.error?.issues ?? []).map(({ message }) => ({ variable: setting.variable, rule: message })));
      read[name] = parsed?.data;
      values[setting.variable] = parsed?.data;
    }
    Object.assign(byName, read);
    Object.assign(config, under === undefined ? read : { [under]: read });
  }
  const wrong = new Set(faults.map(({ variable }) => variable));
  // A rule between settings says nothing of one that is at fault by itself: it was not read, and compares with nothing.
  for (const { between } of sections)
    faults.push(...(between?.(byName as SettingValues) ?? []).filter(({ variable }) => !wrong.has(variable)));
  if (faults.length > 0) return { ok: false, faults: uniqueFaults(faults) };
  const warnings = [...unknownVariables(given), ...sections.flatMap((section) => section.warnings?.(byName as SettingValues) ?? [])];
  // Every value has been read by the rule of its setting, whose type the section has.
  const variable = (name: string): string | undefined => given[name];
  return { ok: true, config: { ...config, variable } as unknown as Config, warnings, values };
}

const uniqueFaults = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.variable} ${fault.rule}`, fault])).values(),
];

function uniqueSettings(all: readonly Section[]): ReadonlyMap<string, Setting> {
  const list = all.flatMap(({ settings: own }) => Object.values(own));
  const unique = new Map(list.map((setting) => [setting.variable, setting]));
  if (unique.size !== list.length) throw new Error('two sections have the same setting');
  return unique;
}

function unknownVariables(given: Readonly<Record<string, unknown>>): string[] {
  const known = [...settings.keys()];
  return Object.keys(given)
    .filter((name) => name.startsWith('AUTH_') && !settings.has(name))
    .map((name) => {
      const nearest = known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
      return `${name.slice(0, 64)} is not a setting of Gatehouse; did you mean ${nearest}?`;
    });
}
