import type { MailLanguage } from '../../mail/texts/languages';
import { german } from './de';
import { english, type TextKey, type Texts } from './en';

export type { TextKey, Texts };

export const shippedTexts: { readonly [Language in MailLanguage]: Texts } = { en: english, de: german };

/** A text of the reader's language. `{name}` is put in as text, never as markup. */
export type Say = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

export const createSay =
  (texts: Texts): Say =>
  (key, values = {}) =>
    texts[key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

export const isTextKey = (key: string): key is TextKey => Object.hasOwn(english, key);
