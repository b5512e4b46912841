import { shippedTexts } from '../../src/account-pages/texts/say';
import { type FailureCode, failures } from '../../src/errors';
import type { House } from './house';

/** What a page answered, as a browser that keeps cookies sees it. */
export interface Seen {
  readonly status: number;
  /** Where it leads on to, or null. */
  readonly location: string | null;
  readonly title: string;
  readonly text: string;
  /** The failure whose text it shows, or null. */
  readonly code: FailureCode | null;
  readonly headers: Headers;
}

/** A browser without scripts: cookies, forms and redirects. */
export interface Visitor {
  readonly cookies: Map<string, string>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Seen>;
  /** Sends a form of our own page, and does not follow. */
  readonly post: (path: string, form: Readonly<Record<string, string>>, headers?: Record<string, string>) => Promise<Seen>;
  /** Sends a form, and goes where it leads on this host. */
  readonly submit: (path: string, form: Readonly<Record<string, string>>, headers?: Record<string, string>) => Promise<Seen>;
}

/** The name under which a house of tests is reached, which its pages ask for. */
export const publicOf = ({ environment }: Pick<House, 'environment'>): URL => new URL(environment.PUBLIC_URL ?? '');

export function createVisitor(house: Pick<House, 'url' | 'environment'>, always: Readonly<Record<string, string>> = {}): Visitor {
  const cookies = new Map<string, string>();
  const own = publicOf(house);
  const send = async (path: string, init: RequestInit): Promise<Seen> => {
    const response = await fetch(house.url + path, {
      ...init,
      redirect: 'manual',
      headers: {
        'x-forwarded-host': own.host,
        'accept-language': 'en',
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...always,
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return seenOf(response, await response.text());
  };
  const get: Visitor['get'] = (path, headers = {}) => send(path, { headers });
  const post: Visitor['post'] = (path, form, headers = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: own.origin, ...headers },
      body: new URLSearchParams(form).toString(),
    });
  return {
    cookies,
    get,
    post,
    submit: async (path, form, headers) => {
      let seen = await post(path, form, headers);
      for (let hop = 0; hop < 5 && seen.location !== null && isHere(seen.location, own); hop += 1)
        seen = await get(pathIn(seen.location, own));
      return seen;
    },
  };
}

const isHere = (location: string, own: URL): boolean => new URL(location, own).origin === own.origin;

const pathIn = (location: string, own: URL): string => {
  const { pathname, search } = new URL(location, own);
  return pathname + search;
};

/** A cookie whose time is over is gone. */
function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice('expires='.length);
  if (value === '' || (expires !== undefined && Date.parse(expires) < Date.now())) cookies.delete(name);
  else cookies.set(name, value);
}

function seenOf(response: Response, text: string): Seen {
  const plain = unescaped(text);
  return {
    status: response.status,
    location: response.headers.get('location'),
    title: unescaped(/<title>(.*?)<\/title>/.exec(text)?.[1] ?? ''),
    text: plain,
    code: codeIn(text),
    headers: response.headers,
  };
}

const unescaped = (text: string): string => text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

/** The code whose text stands where a page says what was wrong. */
function codeIn(html: string): FailureCode | null {
  const said = unescaped(/role="alert"[^>]*>(?:<h2>.*?<\/h2>\s*<p>)?(.*?)<\/p>/s.exec(html)?.[1] ?? '');
  if (said === '') return null;
  if (said === shippedTexts.en['passkey.refused']) return 'INVALID_CREDENTIALS';
  const isSaid = (code: FailureCode): boolean => said.startsWith(shippedTexts.en[`failure.${code}`].split('{')[0] as string);
  return (Object.keys(failures) as FailureCode[]).find(isSaid) ?? null;
}

/** Somebody who is logged in on the pages. */
export async function enter(
  house: Pick<House, 'url' | 'environment'>,
  { username, password }: { readonly username: string; readonly password: string },
  always: Readonly<Record<string, string>> = {},
): Promise<Visitor> {
  const visitor = createVisitor(house, always);
  const seen = await visitor.post('/account/login', { do: 'login', username, password });
  if (seen.status !== 303) throw new Error(`${seen.status} ${seen.title}`);
  return visitor;
}
