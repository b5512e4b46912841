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

export const logoutScopes = ['CURRENT', 'OTHERS', 'ALL'] as const;

/** REST has the scopes in small letters. */
const scope = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toUpperCase() : value),
    z.enum(logoutScopes, { error: 'must be one of CURRENT, OTHERS and ALL' }),
  )
  .default('CURRENT');

export const logoutInput = inputObject({ scope });

export const sessionIdInput = text(64);
