import { z } from 'zod';
import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';

export const tokenDeliveries = ['BODY', 'COOKIE'] as const;

const tokenDelivery = z
  .enum(tokenDeliveries, { error: 'must be BODY or COOKIE' })
  .meta({ description: 'Where the refresh token goes.' })
  .register(graphqlNames, {
    name: 'TokenDelivery',
    values: { BODY: 'Into the answer.', COOKIE: 'Into a cookie that no script can read; for browsers.' },
  });

/** Where the refresh token goes. */
export const delivery = (leftOut: string) => tokenDelivery.nullish().meta({ description: `Left out: ${leftOut}.` });

export const refreshInput = inputObject({
  refreshToken: text(1024).nullish().meta({ description: 'Left out: the refresh cookie, where one is used.' }),
  delivery: delivery('as it came'),
}).register(graphqlNames, { name: 'RefreshInput' });

/**
 * The header of a refresh that may be sent again. Visible ASCII alone: the quoted string of the draft is such a text
 * (draft-ietf-httpapi-idempotency-key-header-07 §2.1), and a header that came twice is none.
 */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{16,255}$/, 'must be 16 to 255 visible ASCII characters, sent once');

/** Its name in `issues` is the header's. */
export const refreshHeaders = z.object({ 'idempotency-key': idempotencyKey.nullable() });

export const logoutScopes = ['CURRENT', 'OTHERS', 'ALL'] as const;
export type LogoutScope = (typeof logoutScopes)[number];

const scope = z.enum(logoutScopes, { error: 'must be one of CURRENT, OTHERS and ALL' }).register(graphqlNames, {
  name: 'LogoutScope',
  values: {
    CURRENT: 'The session that the request comes from.',
    OTHERS: 'Every other session of the user.',
    ALL: 'Every session of the user.',
  },
});

export const logoutInput = inputObject({ scope: scope.default('CURRENT') }).register(graphqlNames, { name: 'LogoutInput' });

export const revokeSessionInput = inputObject({ id: text(64).register(graphqlNames, { scalar: 'ID' }) });
