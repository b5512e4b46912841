import { z } from 'zod';
import { graphqlNames } from '../operations/schemas';

/** In characters of JSON. */
const maxLength = 16_384;
/** Lists and objects inside one another. */
const maxDepth = 4;
/** WebAuthn L3 §4: a credential id has at most 1,023 bytes. */
const maxIdLength = 1_364;

const base64url = (most: number) =>
  z
    .string({ error: 'must be a base64url text' })
    .max(most, `must have at most ${most} characters`)
    .regex(/^[A-Za-z0-9_-]*$/, 'must be a base64url text');

const anyObject = z.looseObject({}, { error: 'must be an object' });

/** What the browser says of the page, as it signs it: JSON with more than is read here (WebAuthn L3 §5.8.1). */
const clientData = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});
export type ClientData = z.output<typeof clientData>;

const clientDataJson = base64url(8_192).refine((text) => readClientData(text) !== null, 'must be the client data of a browser');

/** What `navigator.credentials.create` and `get` give, as `toJSON()` writes it (WebAuthn L3 §5.1, §5.2): its members and no others. */
const answer = z.strictObject({
  id: base64url(maxIdLength).min(1, 'must not be empty'),
  rawId: base64url(maxIdLength),
  type: z.literal('public-key', { error: 'must be public-key' }),
  authenticatorAttachment: z.enum(['platform', 'cross-platform'], { error: 'must be platform or cross-platform' }).nullish(),
  clientExtensionResults: anyObject.nullish(),
  response: z.strictObject({
    clientDataJSON: clientDataJson,
    attestationObject: base64url(maxLength).optional(),
    authenticatorData: base64url(maxLength).optional(),
    signature: base64url(2_048).optional(),
    userHandle: base64url(86).nullish(), // at most 64 bytes
    transports: z.array(z.string().max(32)).max(16).optional(),
    publicKey: base64url(maxLength).nullish(),
    publicKeyAlgorithm: z.int().optional(),
  }),
});

/** As it came through a door: an object that neither of them looks into, so that REST leaves the W3C's own names alone. */
export const passkeyAnswer = z
  .record(z.string(), z.unknown(), { error: 'must be an object: what the browser gave, as toJSON() writes it' })
  .meta({ description: 'What the browser gave, as the W3C writes it in JSON: `credential.toJSON()`.' })
  .register(graphqlNames, { scalar: 'JSONObject' })
  .refine((value) => depthOf(value) <= maxDepth, { error: `must nest at most ${maxDepth} deep`, abort: true })
  .refine((value) => JSON.stringify(value).length <= maxLength, { error: `must have at most ${maxLength} characters`, abort: true })
  .pipe(answer)
  .refine(({ id, rawId }) => id === rawId, { path: ['rawId'], error: 'must be the same as id' });

export type PasskeyAnswer = z.output<typeof passkeyAnswer>;

/** Looks no deeper than one level too many. */
function depthOf(value: unknown, left = maxDepth): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + (left === 0 ? 0 : Math.max(0, ...Object.values(value).map((inner) => depthOf(inner, left - 1))));
}

/** Null: it is none. */
export function readClientData(text: string): ClientData | null {
  try {
    return clientData.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
