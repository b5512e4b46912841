import { Failure } from '../errors';
import type { Logger } from '../log';
import { withinBound } from './bounded-fetch';
import { providerFailed } from './provider';

/** Asks a provider, for a bounded time. @throws {Failure} PROVIDER_FAILED for whatever goes wrong */
export type AskProvider = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Of what went wrong the log has names of a closed set, and never a message: a library's quote tokens, codes and addresses.
 */
export const createAsk =
  (provider: string, logger: Logger): AskProvider =>
  async (work) => {
    try {
      return await withinBound(work);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const reason = isRefusal(error) ? 'REFUSED' : isUnreachable(error) ? 'UNREACHABLE' : 'INVALID_ANSWER';
      logger.warn({ provider, reason, fault: describe(error) }, 'a provider failed');
      throw providerFailed(provider, reason);
    }
  };

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** The person said no, or the provider did: an error of RFC 6749 §4.1.2.1 in the query. */
const isRefusal = (error: unknown): boolean => nameOf(error) === 'AuthorizationResponseError';

const isUnreachable = (error: unknown): boolean => {
  const { name, code } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || name === 'AbortError' || code === 'OAUTH_TIMEOUT' || (name === 'TypeError' && code === undefined);
};

/** A library's own code, or a system's; of an OAuth error its registered word. */
function describe(error: unknown): string {
  const { code, error: word, cause } = error as { code?: unknown; error?: unknown; cause?: { code?: unknown } };
  const words = [code, word, cause?.code].filter((part): part is string => typeof part === 'string' && /^\w{1,64}$/.test(part));
  return [nameOf(error), ...words].join(' ');
}
