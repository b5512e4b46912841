import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DocumentNode, print } from 'graphql';
import * as documents from '../../packages/client/src/operations';
import type { accountsOperations } from '../../src/accounts/accounts.operations';
import { toCamelNames } from '../../src/case';
import { features } from '../../src/features';
import type { AnyOperation, RestBinding } from '../../src/operations/operation';
import type { sessionsOperations } from '../../src/sessions/sessions.operations';
import { type House, onBothDatabases } from './house';
import { until } from './until';

/** What came back, in the house's names whichever door it came through. */
export interface Answer {
  readonly status: number;
  /** Null: it went well. */
  readonly code: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly body: any;
  readonly headers: Headers;
  readonly text: string;
}

/** The operations by name, over HTTP, as their records have them. `token` undefined: no Authorization header. */
export interface Door {
  readonly name: 'GraphQL' | 'REST';
  readonly send: (house: House, operation: Operation, input?: unknown, token?: string, headers?: Record<string, string>) => Promise<Answer>;
}

/** The name of an operation that both doors have. */
export type Operation = string;

/** Those of the first documents, whose paths have no version. `me` is GraphQL's alone, and `setPassword` came later. */
export type FirstOperation = Exclude<
  (typeof accountsOperations)[number]['name'] | (typeof sessionsOperations)[number]['name'],
  'me' | 'setPassword'
>;

const both = features.operations.filter(({ rest }) => rest !== undefined);

export const firstOperations = both
  .filter(({ rest = [] }) => rest.some(({ at }) => at === undefined))
  .map(({ name }) => name as FirstOperation);

function recordOf(operation: Operation): AnyOperation {
  const found = both.find(({ name }) => name === operation);
  if (found === undefined) throw new Error(`REST has no ${operation}`);
  return found;
}

/** The typed client's own document: it is tested with every operation. */
const documentOf = (operation: string): DocumentNode =>
  (documents as unknown as Record<string, DocumentNode>)[
    `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Document`
  ] as DocumentNode;

interface RestHabits {
  readonly prefix: '/v1' | '';
  readonly update: 'PATCH' | 'PUT';
}

const restDoor = ({ prefix, update }: RestHabits): Door => ({
  name: 'REST',
  send: async (house, operation, input, token, headers = {}) => {
    const { rest: bindings = [], inputIs, input: schema } = recordOf(operation);
    const { method, path } = bindings.find((binding) => binding.method === update) ?? (bindings[0] as RestBinding);
    const [parameter] = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const id = parameter === undefined ? '' : encodeURIComponent(String(inputIs === 'arguments' ? input : Object(input)[parameter]));
    const hasBody = input !== undefined && schema !== undefined && inputIs !== 'arguments';
    const sent = parameter === undefined ? input : without(input, parameter);
    const response = await fetch(house.url + prefix + path.replace(`{${parameter}}`, id), {
      method,
      headers: { ...bearer(token), ...(hasBody && { 'content-type': 'application/json' }), ...headers },
      ...(hasBody && { body: JSON.stringify(toSnakeInput(sent)) }),
    });
    const text = await response.text();
    const body = text === '' ? null : (camelDeep(JSON.parse(text)) as Answer['body']);
    return { status: response.status, code: response.ok ? null : body.code, body, headers: response.headers, text };
  },
});

export const rest = restDoor({ prefix: '/v1', update: 'PATCH' });
/** As the first documents have the paths, and the update. */
export const restOfTheFirstDocuments = restDoor({ prefix: '', update: 'PUT' });

export const graphql: Door = {
  name: 'GraphQL',
  send: async (house, operation, input, token, headers = {}) => {
    const { inputIs, restAnswer } = recordOf(operation);
    const variables = inputIs === 'arguments' ? { id: input } : input === undefined ? {} : { input };
    const {
      status,
      headers: answerHeaders,
      body,
      text,
    } = await postGraphQL(house, print(documentOf(operation)), variables, token, headers);
    const failure = body.errors?.[0];
    if (failure) return { status, code: failure.extensions.code, body: failure.extensions, headers: answerHeaders, text };
    const result = body.data[operation];
    const unwrapped =
      restAnswer === undefined || 'attachment' in restAnswer
        ? result
        : 'member' in restAnswer
          ? result[restAnswer.member]
          : { [restAnswer.under]: result };
    return { status, code: null, body: unwrapped, headers: answerHeaders, text };
  },
};

export const doors: readonly Door[] = [graphql, rest];

/** The caller as GraphQL's `me` tells, or null. */
export async function whoAmI(house: House, token?: string): Promise<{ readonly id: string; readonly username: string } | null> {
  const { body, text } = await postGraphQL(house, print(documentOf('me')), {}, token);
  if (body.errors) throw new Error(text);
  return body.data.me;
}

/** Any document, with the content type whose status tells the outcome. */
export async function postGraphQL(
  house: Pick<House, 'url'>,
  query: string,
  variables: unknown = {},
  token?: string,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
): Promise<{ status: number; headers: Headers; body: any; text: string }> {
  const response = await fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...bearer(token), ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text };
}

/** Runs the same sentences on both databases and through both doors. */
export function everywhere(
  title: string,
  sentences: (house: () => House, door: Door) => void,
  environment: Readonly<Record<string, string>> = {},
): void {
  for (const door of doors) onBothDatabases(`${title}, through ${door.name}`, (house) => sentences(house, door), environment);
}

export interface Person {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly id: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Somebody new, registered through REST, with a name that nobody has. */
export async function newPerson(house: House, wishes: { readonly username?: string; readonly password?: string } = {}): Promise<Person> {
  const password = wishes.password ?? 'a quiet garden gate';
  // Another name each time: what was answered with UNAVAILABLE goes on, and may register that one after all.
  let credentials = { username: '', email: '', password };
  const answer = await untilServed(() => {
    const username = wishes.username ?? uniqueName();
    credentials = { username, email: `${username}@example.com`, password };
    return rest.send(house, 'register', credentials);
  });
  if (answer.code !== null) throw new Error(answer.text);
  const { user, session, accessToken, refreshToken } = answer.body;
  return { ...credentials, id: user.id, sessionId: session.id, accessToken, refreshToken };
}

/** The same person on another device. */
export async function logIn(
  house: House,
  { username, password }: Pick<Person, 'username' | 'password'>,
): Promise<{ sessionId: string; accessToken: string; refreshToken: string }> {
  const answer = await untilServed(() => rest.send(house, 'login', { username, password }));
  if (answer.code !== null) throw new Error(answer.text);
  return { sessionId: answer.body.session.id, accessToken: answer.body.accessToken, refreshToken: answer.body.refreshToken };
}

/** Until the answer is another than UNAVAILABLE: on a busy machine a hash may come too late. That is another test's matter. */
export async function untilServed(send: () => Promise<Answer>): Promise<Answer> {
  let answer = await send();
  await until('the gateway has the time to answer', async () => {
    if (answer.code !== 'UNAVAILABLE') return true;
    await sleep(pauseMs); // without a pause the machine stays as busy as it is
    answer = await send();
    return false;
  });
  return answer;
}

const pauseMs = 250;

export const uniqueName = (): string => `u${randomBytes(6).toString('hex')}`;

const bearer = (token: string | undefined): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` });

/** What stands in the path stands nowhere else. */
const without = (input: unknown, name: string): unknown =>
  Object.fromEntries(Object.entries(Object(input)).filter(([each]) => each !== name));

function toSnakeInput(input: unknown): unknown {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

function camelDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelDeep);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(toCamelNames(value) as object).map(([name, inner]) => [name, name === 'publicKey' ? inner : camelDeep(inner)]),
  ); // the W3C's own names stand in it
}
