import type { House } from './house';

/** A service client that nobody else uses. `authorization` is its HTTP Basic header. */
export async function newServiceClient(house: House): Promise<{ id: string; secret: string; authorization: string }> {
  const { id, secret } = await house.app.services.clients.create(`service-${Math.random().toString(36).slice(2)}`);
  return { id, secret, authorization: basic(id, secret) };
}

export const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** Sends a form, with any headers. */
export async function postForm(
  house: Pick<House, 'url'>,
  path: string,
  fields: string | Record<string, string>,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
): Promise<{ status: number; headers: Headers; text: string; body: any }> {
  const response = await fetch(house.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === '' ? null : JSON.parse(text) };
}
