import type { Gateway } from './gateway.js';
import { VerifierError } from './reports.js';

interface Dependencies {
  readonly gateway: Pick<Gateway, 'readIssuer'>;
  readonly issuer: string;
  readonly onWrong: (error: VerifierError) => void;
}

/**
 * Compares `issuer` with what the gateway calls itself (RFC 8414 §3.3), once: a slash at its end makes every token INVALID, and
 * nothing else would say why. What cannot be asked now is asked another time.
 */
export function createIssuerCheck({ gateway, issuer, onWrong }: Dependencies): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    const theirs = await gateway.readIssuer().catch(() => {
      isDone = false;
      return null;
    });
    if (theirs !== null && theirs !== issuer)
      onWrong(new VerifierError(`the issuer of this verifier is ${issuer}, but the gateway's is ${theirs}: every token is INVALID`));
  };
}
