import { z } from 'zod';
import { graphqlNames, id, moment } from '../operations/schemas';
import { userSchema } from '../users/user.schema';

/** A session as its owner sees it. No token material. */
export const sessionSchema = z
  .object({
    id: id(),
    current: z.boolean().meta({ description: 'Whether the request itself comes from it.' }),
    userAgent: z.string().nullable(),
    ipAddress: z.string().nullable(),
    methods: z.array(z.string()).meta({
      description:
        'How it began, in the words of RFC 8176: pwd, otp, hwk, swk, user; mfa beside fed; and of ours mail, fed, rc (a recovery code).',
      examples: [['pwd']],
    }),
    createdAt: moment(),
    lastUsedAt: moment('When it began or was last refreshed.'),
    freshUntil: moment('Until then sensitive operations ask for nothing more.'),
    expiresAt: moment('When it ends, if it is not refreshed before.'),
  })
  .meta({ id: 'Session', description: 'One place where the user is logged in.' });

/** What a client gets when it registers, logs in or refreshes (RFC 6749 §5.1, with the user and the session). */
export const signedInSchema = z
  .object({
    user: userSchema,
    session: sessionSchema,
    accessToken: z.string().meta({
      description: 'Sent as `Authorization: Bearer <access token>`.',
      examples: ['eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl'],
    }),
    tokenType: z.literal('Bearer').meta({ description: 'Always `Bearer`.' }),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.', examples: [900] }),
    refreshToken: z
      .string()
      .nullable()
      .meta({ description: 'Null only where it was put into a cookie.', examples: ['ghr_…'] }),
    deviceToken: z
      .string()
      .nullable()
      .meta({
        description:
          'At register and login: send it as `X-Device-Token` at the next login from this device. Null where it was put into a cookie.',
        examples: ['ghd_…'],
      }),
  })
  .meta({ id: 'SignedIn' })
  .register(graphqlNames, { name: 'AuthPayload' });

export const endedSessionsSchema = z
  .object({ endedSessions: z.int() })
  .meta({ id: 'EndedSessions' })
  .register(graphqlNames, { name: 'LogoutPayload' });
