import { networkPrefix } from '../network';
import { printable, type Requester } from '../requester';

/** What a mail tells, as its row keeps it in JSON: texts alone, and never a secret. Left out: not known, or not of this mail. */
export interface Facts {
  readonly username?: string | null | undefined;
  /** When it happened, in ISO 8601. */
  readonly at: string;
  /** A network, not an address: `192.0.2.0/24`. */
  readonly network?: string | null | undefined;
  /** The header as it came: it is shown as a name that we know, or not at all. */
  readonly userAgent?: string | null | undefined;
  readonly oldEmail?: string | null | undefined;
  readonly newEmail?: string | null | undefined;
  /** What its owner calls it. */
  readonly passkey?: string | null | undefined;
  readonly codesLeft?: string | null | undefined;
  /** ISO 8601. */
  readonly deletesAt?: string | null | undefined;
  /** The name of another provider, as our operator has it. */
  readonly provider?: string | null | undefined;
}

/** What most mails tell: whose account, when, and from where. */
export function factsOf(
  user: { readonly username: string } | null,
  requester: Pick<Requester, 'ipAddress' | 'userAgent'>,
  at: Date,
): Facts {
  const network = networkPrefix(requester);
  return {
    ...(user && { username: user.username }),
    at: at.toISOString(),
    ...(network !== 'none' && { network }),
    ...(requester.userAgent !== null && { userAgent: requester.userAgent }),
  };
}

/** The facts of a row. What is no text there is left out: a row of another version must not keep the others from going out. */
export function readFacts(json: string | null, createdAt: Date): Facts {
  const read: unknown = json === null ? {} : JSON.parse(json);
  const texts = Object.entries(read ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { at: createdAt.toISOString(), ...Object.fromEntries(texts.map(([name, text]) => [name, printable(text)])) };
}

const browsers = [
  ['Edge', /\bEdgA?\/|\bEdgiOS\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
] as const;

const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

/**
 * A browser and its system by names of ours, or the name of another program. Nothing else of the header is shown: whoever sends it could
 * write a sentence there, or an address that mail programs make a link of. Null: nothing that can be shown.
 */
export function describeBrowser(userAgent: string | null | undefined): { readonly browser: string; readonly system: string | null } | null {
  if (userAgent == null) return null;
  const found = (list: readonly (readonly [string, RegExp])[]): string | null => list.find(([, mark]) => mark.test(userAgent))?.[0] ?? null;
  const browser = found(browsers);
  if (browser !== null) return { browser, system: found(systems) };
  const program = /^([A-Za-z][A-Za-z0-9_-]{0,31})(?:$|\/)/.exec(userAgent)?.[1];
  return program === undefined ? null : { browser: program, system: null };
}
