import { z } from 'zod';
import { onOff } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';
import { canBeRelyingParty, isDomainOf } from './domain';

const domain = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/,
    'must be a domain in small letters, as example.com',
  );

/** Where `PUBLIC_URL` says nothing: this machine, by its name. */
const urlOf = (value: unknown): string => (typeof value === 'string' ? value : 'http://localhost');

export const webauthnSettings = section(
  'Passkeys',
  {
    passkeys: setting('AUTH_PASSKEYS', onOff, {
      shown: '`on` where `PUBLIC_URL` is https with a name, or `localhost`',
      words: 'whether people may log in with [passkeys](passkeys.md) and security keys',
    }),
    passkeyDomain: setting('AUTH_PASSKEY_DOMAIN', domain, {
      shown: 'the host of `PUBLIC_URL`',
      words:
        'the domain that passkeys are for (the RP ID): the host of `PUBLIC_URL`, or a parent of it where several front ends share them. ' +
        'Changing it makes every passkey useless',
    }),
  },
  {
    between: ({ passkeys, passkeyDomain, publicUrl }) => [
      ...(passkeys === true && !canBeRelyingParty(urlOf(publicUrl))
        ? [
            {
              variable: 'AUTH_PASSKEYS',
              rule: 'can be on only where PUBLIC_URL is https with a name, or localhost: browsers refuse others',
            },
          ]
        : []),
      ...(typeof passkeyDomain === 'string' && !isDomainOf(passkeyDomain, new URL(urlOf(publicUrl)).hostname)
        ? [{ variable: 'AUTH_PASSKEY_DOMAIN', rule: 'must be the host of PUBLIC_URL, or a parent domain of it' }]
        : []),
    ],
  },
);

export type WebauthnSettings = ValuesOf<typeof webauthnSettings>;
