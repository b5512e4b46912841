import { z } from 'zod';
import { inputObject, text } from '../input';

export const refreshInput = inputObject({ refreshToken: text(1024).nullish() });

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
