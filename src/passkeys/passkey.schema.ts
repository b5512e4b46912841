import { z } from 'zod';
import type { PasskeyRow } from '../database/database';
import { graphqlNames, id, moment } from '../operations/schemas';
import type { PublicKeyOptions } from '../webauthn/options';

/** A passkey as its owner sees it. */
export const passkeySchema = z
  .object({
    id: id(),
    name: z.string().meta({ examples: ['iCloud Keychain'] }),
    synced: z.boolean().meta({ description: 'It can be used on several devices of its owner.' }),
    verifiesUser: z.boolean().meta({ description: 'It asks who is there, so that it needs no password beside it.' }),
    createdAt: moment(),
    lastUsedAt: moment().nullable(),
  })
  .meta({ id: 'Passkey', description: 'A passkey, or a security key.' });

export type Passkey = z.output<typeof passkeySchema>;

export const toPasskey = ({ id, name, synced, verifiesUser, createdAt, lastUsedAt }: PasskeyRow): Passkey => ({
  id,
  name,
  synced,
  verifiesUser,
  createdAt,
  lastUsedAt,
});

export const passkeyChanged = z
  .object({
    passkey: passkeySchema,
    recoveryCodes: z.array(z.string()).meta({ description: 'Of the first second factor: shown once. Empty where the earlier ones go on.' }),
  })
  .meta({ id: 'PasskeyChanged' })
  .register(graphqlNames, { name: 'PasskeyPayload' });

const publicKey = z.record(z.string(), z.unknown()).register(graphqlNames, { scalar: 'JSONObject' }).meta({
  description: "What the browser's `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` takes, in the W3C's own names.",
});

export const passkeyOptionsMade = z
  .object({ publicKey: publicKey as unknown as z.ZodType<PublicKeyOptions> }) // it writes itself, with its own names
  .meta({ id: 'PasskeyOptions' })
  .register(graphqlNames, { name: 'PasskeyOptionsPayload' });
