import type { z } from 'zod';

/** One variable of the environment: its rule, its default and its words. The files that list settings are made from this. */
export interface Setting<Value = unknown> {
  readonly variable: string;
  /** From the text of the variable to its value. Its message is the rule, and never the value. */
  readonly rule: z.ZodType<Value, string>;
  /** The default as a text of the environment; by what NODE_ENV says where it differs. Left out: none, and the value is undefined. */
  readonly default?: string | { readonly development: string; readonly production: string };
  /** What the documents show as the default, where that is more than the text. */
  readonly shown?: string;
  /** One or two sentences without a full stop, for a table; `docs` may add to it what only the document needs. */
  readonly words: string;
  /** Further columns of its table. */
  readonly columns?: readonly string[];
  /** Whether the value is a secret: it is masked wherever settings are shown. */
  readonly secret?: true;
}

type Described<Value> = Omit<Setting<Value>, 'variable' | 'rule'>;
type Optional<Value, Words> = Words extends { readonly default: unknown } ? Value : Value | undefined;

/** A setting. Without a default its value may be undefined. */
export const setting = <Value, const Words extends Described<Value>>(variable: string, rule: z.ZodType<Value, string>, words: Words) =>
  ({ variable, rule, ...words }) as unknown as Setting<Optional<Value, Words>>;

/** Settings of one room, under a heading of the documents. */
export interface Section<
  Settings extends Readonly<Record<string, Setting>> = Readonly<Record<string, Setting>>,
  Under extends string | undefined = string | undefined,
> {
  readonly title: string;
  readonly settings: Settings;
  /** The one name in the house that all of them stand under. Left out: each stands by itself. */
  readonly under: Under;
  /** What the document says before the table. */
  readonly introduction?: string;
  /** Headings of the table's further columns. */
  readonly columns?: readonly string[];
  /** Rules between settings, asked of those that are right by themselves. */
  readonly between?: (values: SettingValues) => readonly Fault[];
  /** What is worth a word when everything is right. */
  readonly warnings?: (values: SettingValues) => readonly string[];
}

type Around<Under> = Partial<Omit<Section, 'title' | 'settings' | 'under'>> & { readonly under?: Under };

export const section = <const Settings extends Readonly<Record<string, Setting>>, const Under extends string | undefined = undefined>(
  title: string,
  settings: Settings,
  { under, ...around }: Around<Under> = {},
): Section<Settings, Under> => ({ title, settings, under: under as Under, ...around });

type Values<Settings> = { readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer Value> ? Value : never };

/** What a section's settings are once they are read. */
export type ValuesOf<Of extends Section> =
  Of extends Section<infer Settings, infer Under>
    ? Under extends string
      ? { readonly [Name in Under]: Values<Settings> }
      : Values<Settings>
    : never;

/** All values by their names in the house, with what NODE_ENV says. */
export type SettingValues = Readonly<Record<string, unknown>> & { readonly production: boolean };

/** A setting that breaks its rule. */
export interface Fault {
  readonly variable: string;
  readonly rule: string;
}

/** The text that stands for a setting that is not set. */
export const defaultOf = ({ default: fallback }: Setting, production: boolean): string | undefined =>
  typeof fallback === 'object' ? fallback[production ? 'production' : 'development'] : fallback;
