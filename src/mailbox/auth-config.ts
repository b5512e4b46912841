import { z } from 'zod';
import { emailVerificationOf } from '../addresses/email-verification';
import type { Config } from '../config';
import { loginMethods } from '../errors';
import { hasMail } from '../mail/mail.url';
import { graphqlNames } from '../operations/schemas';
import { passwordLengths } from '../passwords/password.policy';
import type { Providers } from '../providers/provider';
import { relyingPartyOf } from '../webauthn/relying-party';

/** What a form needs to know, before anybody is logged in. */
export const authConfigSchema = z
  .object({
    registration: z
      .enum(['OPEN', 'VERIFIED', 'CLOSED'])
      .register(graphqlNames, {
        name: 'RegistrationMode',
        values: {
          OPEN: '`register` makes an account.',
          VERIFIED: 'An address is proved first: `requestRegistration`.',
          CLOSED: 'Operators alone make accounts.',
        },
      })
      .meta({ description: 'How one comes to an account.' }),
    loginMethods: z
      .array(
        z.enum(loginMethods).register(graphqlNames, {
          name: 'LoginMethod',
          values: {
            PASSWORD: '`login`.',
            EMAIL_CODE: '`requestLoginCode`.',
            PASSKEY: '`passkeyOptions`.',
            PROVIDER: '`startProviderLogin`.',
          },
        }),
      )
      .meta({ description: 'The ways in that are open.' }),
    providers: z
      .array(
        z
          .object({
            id: z
              .string()
              .register(graphqlNames, { scalar: 'ID' })
              .meta({ description: 'Input of `startProviderLogin`.', examples: ['google'] }),
            name: z.string().meta({ description: 'As a button shows it.', examples: ['Google'] }),
            startUrl: z
              .string()
              .nullable()
              .meta({ description: 'Where a link leads that logs in on the hosted pages; `return_to` may be added. Null without them.' }),
          })
          .meta({ id: 'LoginProvider', description: 'Another provider that people may log in through.' })
          .register(graphqlNames, { name: 'LoginProvider' }),
      )
      .meta({ description: 'Other providers that people may log in through, in the order of their buttons.' }),
    password: z
      .object({
        minLength: z.int().meta({ description: 'In Unicode code points.' }),
        maxLength: z.int(),
        refusesCommon: z.boolean().meta({ description: 'Commonly used ones are refused.' }),
        refusesBreached: z.boolean().meta({ description: 'Those that were stolen elsewhere are refused.' }),
      })
      .meta({ id: 'PasswordRules', description: 'What a password must be.' }),
    emailVerification: z.boolean().meta({ description: 'Whether addresses are proved by a mail.' }),
    passwordReset: z.boolean().meta({ description: 'Whether a lost password can be replaced by mail.' }),
    freshSeconds: z.int().meta({ description: 'How long a session counts as fresh.' }),
  })
  .meta({ id: 'AuthConfig', description: 'What this gateway offers.' });

export type AuthConfig = z.output<typeof authConfigSchema>;

export function authConfigOf(config: Config, providers: Providers, publicUrl: string): AuthConfig {
  const { registration, emailLogin, freshSeconds, passwordPolicy, breachedPasswords } = config;
  const isMailOn = hasMail(config);
  return {
    registration: registration.toUpperCase() as AuthConfig['registration'],
    loginMethods: [
      'PASSWORD',
      ...(emailLogin && isMailOn ? (['EMAIL_CODE'] as const) : []),
      ...(relyingPartyOf(config, publicUrl) === null ? [] : (['PASSKEY'] as const)),
      ...(providers.size > 0 ? (['PROVIDER'] as const) : []),
    ],
    providers: [...providers.values()].map(({ id, name }) => ({
      id,
      name,
      startUrl: config.pages ? `${publicUrl}/account/login/with?provider=${id}` : null,
    })),
    password: {
      ...passwordLengths(passwordPolicy),
      refusesCommon: passwordPolicy !== 'basic',
      refusesBreached: breachedPasswords !== undefined,
    },
    emailVerification: emailVerificationOf(config) !== 'off',
    passwordReset: isMailOn,
    freshSeconds,
  };
}
