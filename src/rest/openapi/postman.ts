import { pathsOf } from '../register-routes';
import { type DescribedBody, isDescribed, type Route } from '../route';

/** Operations that end what the others need, in this order, after all of them. */
const last = ['revokeSession', 'disputeSecurityEvent', 'changePassword', 'deleteAccount', 'logout'];

/**
 * The route table as a Postman collection (schema 2.1), which Bruno, Insomnia and Hoppscotch import too. Its requests
 * run from top to bottom: what one answers with is kept in variables for the next ones.
 */
export function createCollection(routes: readonly Route[]): object {
  const ordered = [...routes].sort((left, right) => last.indexOf(left.operationId) - last.indexOf(right.operationId));
  const folder = (name: string, rows: readonly Route[], pathOf: (route: Route) => string) => ({
    name,
    event: [script('prerequest', freshPerson)],
    item: rows.map((route) => toItem(route, pathOf(route))),
  });
  const versioned = ordered.filter(({ at }) => at !== 'root');
  return {
    info: {
      name: 'Gatehouse',
      description: 'Every REST path. Made from the route table by `npm run emit`; set base_url to your gateway.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{access_token}}', type: 'string' }] },
    variable: [{ key: 'base_url', value: 'http://localhost:4000' }],
    item: [
      folder('Version 1', versioned, (route) => pathsOf(route)[0] ?? ''),
      folder(
        'Without a version',
        versioned.filter(({ at }) => at === 'versioned'),
        ({ path }) => path,
      ),
      folder(
        'Services and operation',
        ordered.filter(({ at }) => at === 'root'),
        ({ path }) => path,
      ),
    ],
  };
}

function toItem({ method, path: _, ...route }: Route, path: string): object {
  const named = route.operationId === 'disputeSecurityEvent' ? 'security_event' : 'other_session';
  const url = `{{base_url}}${path.replaceAll(/\{(\w+)\}/g, `{{${named}_$1}}`)}`;
  return {
    name: `${method} ${path}`,
    event: [
      script('test', [
        ...expectStatus(expectedOf(route)),
        ...(route.answer === null ? [] : [readAnswer]),
        ...(keeps[route.operationId] ?? []),
      ]),
    ],
    request: {
      method,
      url,
      description: route.summary,
      ...(route.access === 'public' && { auth: { type: 'noauth' } }),
      ...(isDescribed(route.body) && toBody(route.body)),
    },
  };
}

function toBody({ kind = 'json', example }: DescribedBody): object {
  const fields = withVariables(example);
  if (kind === 'form') return { body: { mode: 'urlencoded', urlencoded: Object.entries(fields).map(([key, value]) => ({ key, value })) } };
  return {
    header: [{ key: 'Content-Type', value: 'application/json' }],
    body: { mode: 'raw', raw: JSON.stringify(fields, null, 2), options: { raw: { language: 'json' } } },
  };
}

/** The example, with what must be new or must come from an answer taken out of it. */
const withVariables = (example: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(example).map(([name, value]) => [name, name in variables ? variables[name] : value]));

const variables: Readonly<Record<string, string>> = {
  username: '{{username}}',
  email: '{{username}}@example.com',
  refresh_token: '{{refresh_token}}',
};

/** A name that nobody has, each time the folder runs. */
const freshPerson = [
  "if (pm.info.requestName.endsWith('/register'))",
  "  pm.collectionVariables.set('username', 'user-' + pm.variables.replaceIn('{{$guid}}'));",
];

/** What a service client alone may ask is refused here: the collection has none. Without a policy no operation passes. */
const expectedOf = ({ tag, status, body, access, failures, operationId }: Omit<Route, 'method' | 'path'>): number[] => {
  if (body?.kind === 'raw') return [status, 403];
  // A code, a challenge and a mail are nothing that a collection has: it shows where they go.
  if (operationId === 'addPasskey') return [status, 400, 403]; // nor is what an authenticator makes
  if (operationId === 'loginWithPasskey') return [status, 401, 403];
  if (['renamePasskey', 'removePasskey', 'unlinkIdentity'].includes(operationId)) return [status, 404];
  if (failures.includes('REAUTHENTICATION_REQUIRED') && failures.includes('FEATURE_DISABLED')) return [status, 401, 403]; // there is a password
  if (failures.includes('INVALID_CODE') || failures.includes('FEATURE_DISABLED')) return [status, 400, 403];
  if (operationId === 'setPassword') return [status, 403]; // whoever has registered has one
  if (operationId === 'renewRecoveryCodes') return [status, 403]; // without a second factor there are none
  if (operationId === 'logout') return [status, 401]; // who has just left is out already
  return access === 'client' || (tag === 'Gate' && body) ? [status, 401] : [status];
};

const expectStatus = (statuses: readonly number[]): string[] => [
  `pm.test('answers ${statuses.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf([${statuses.join(', ')}]));`,
];

const readAnswer = 'const answer = pm.response.json();';

const keepTokens = ['access_token', 'refresh_token'].map((name) => `pm.collectionVariables.set('${name}', answer.${name});`);

/** What the next requests need, by operation. The session of `register` is the one to revoke. */
const keeps: Readonly<Record<string, readonly string[]>> = {
  register: [...keepTokens, "pm.collectionVariables.set('other_session_id', answer.session.id);"],
  login: keepTokens,
  refresh: keepTokens,
  securityEvents: ["pm.collectionVariables.set('security_event_id', answer.nodes.find((node) => node.can_dispute).id);"],
};

const script = (listen: 'test' | 'prerequest', exec: readonly string[]): object => ({ listen, script: { type: 'text/javascript', exec } });
