import { z } from 'zod';
import { inputObject, text } from '../input';

export const tokenDeliveries = ['BODY', 'COOKIE'] as const;

/** Where the refresh token goes. REST has the words in small letters. */
export const delivery = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toUpperCase() : value),
    z.enum(tokenDeliveries, { error: 'must be BODY or COOKIE' }).nullish(),
  )
  .optional()
  .meta({
    type: 'string',
    enum: ['body', 'cookie'],
    description: 'Where the refresh token goes: into the answer, or into a cookie that no script can read.',
  });

export const refreshInput = inputObject({ refreshToken: text(1024).nullish(), delivery });

/**
 * The header of a refresh that may be sent again. Visible ASCII alone: the quoted string of the draft is such a text
 * (draft-ietf-httpapi-idempotency-key-header-07 §2.1), and a header that came twice is none.
 */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{16,255}$/, 'must be 16 to 255 visible ASCII characters, sent once');

/** Its name in `issues` is the header's. */
export const refreshHeaders = z.object({ 'idempotency-key': idempotencyKey.nullable() });

export const logoutScopes = ['CURRENT', 'OTHERS', 'ALL'] as const;
export type LogoutScope = (typeof logoutScopes)[number];

/** REST has the scopes in small letters. */
const scope = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toUpperCase() : value),
    z.enum(logoutScopes, { error: 'must be one of CURRENT, OTHERS and ALL' }),
  )
  .default('CURRENT');

export const logoutInput = inputObject({ scope });

export const sessionIdInput = text(64);
