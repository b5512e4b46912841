import type { MailKind } from './kinds';
import type { MailLanguage } from './languages';

/** A line of a mail: words of ours, and between them what is told, kept apart so that the HTML can escape it and set it off. */
export interface Line {
  readonly words: readonly string[];
  readonly told: readonly string[];
}

/** `` say`The account ${username} …` ``: a line break of the source is a space. */
export const say = (words: TemplateStringsArray, ...told: readonly string[]): Line => ({
  words: words.map((each) => each.replaceAll(/\s*\n\s*/g, ' ')),
  told,
});

/** A line without anything that somebody else has written. */
export const ours = (words: string): Line => ({ words: [words], told: [] });

/** What the texts of a language may tell, in its own spelling. What is not known is an empty text. */
export interface Told {
  /** Who writes: a name, or the host that people know the gateway by. */
  readonly service: string;
  readonly username: string;
  readonly oldEmail: string;
  readonly newEmail: string;
  readonly codesLeft: string;
  readonly passkey: string;
  readonly deletesAt: string;
  /** The name of another provider. */
  readonly provider: string;
  readonly hasButton: boolean;
}

/** One mail in words. The subject tells nothing that somebody else has written. */
export interface Wording {
  readonly subject: string;
  /** What it is about. */
  readonly before: readonly Line[];
  /** What pressing the button does. Needed where there is a link. */
  readonly button?: string;
  /** What happens next. */
  readonly after?: readonly Line[];
  /** What to do if it was somebody else. */
  readonly stranger: readonly Line[];
}

/** Everything that a language says. */
export interface Language {
  readonly tag: MailLanguage;
  /** For dates and spans of time: BCP 47. */
  readonly region: string;
  readonly labels: {
    readonly code: string;
    /** Before the address of the button, for those whose mail program makes no button of it. */
    readonly link: string;
    readonly account: string;
    readonly time: string;
    readonly network: string;
    readonly browser: string;
  };
  /** `Firefox on Windows`. */
  readonly browserOn: (browser: string, system: string) => string;
  /** How long the code and its button work, or the button alone: a span, and its end. */
  readonly codeWorks: (span: string, until: string) => Line;
  readonly linkWorks: (span: string, until: string) => Line;
  /** Why this mail was sent, and that nobody reads an answer. */
  readonly footer: (service: string) => Line;
  readonly wording: { readonly [Kind in MailKind]: (told: Told) => Wording };
}
