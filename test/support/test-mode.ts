import type { House } from './house';

export const testMode = { AUTH_TEST_MODE: 'on', AUTH_TEST_PORT: '0' };

/** Asks `/test/…` of a house in test mode. */
export const ask = async (
  house: House,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
): Promise<{ status: number; headers: Headers; body: any }> => {
  const response = await fetch(`http://127.0.0.1:${house.app.testPort}/test${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};
