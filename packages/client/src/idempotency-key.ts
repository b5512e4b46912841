/**
 * A key that nobody guesses, for `Idempotency-Key`: 32 hexadecimal digits, 128 bits. `crypto.randomUUID` is missing on pages over
 * plain http. Undefined where there is no source of randomness at all: then a refresh goes without a key.
 */
export function newIdempotencyKey(): string | undefined {
  const { crypto } = globalThis as { readonly crypto?: { readonly getRandomValues: (bytes: Uint8Array) => Uint8Array } };
  if (crypto === undefined) return undefined;
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
