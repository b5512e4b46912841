import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { purgeMailTokens } from './mail-tokens.purge';
import type { MailTokens } from './mail-tokens.service';

/** Codes and links of mails: what they are derived from, and that each is good once. */
export const mailTokensFeature: Feature<Foundation, { readonly mailTokens: MailTokens }> = {
  name: 'mail-tokens',
  open: async (foundation) => {
    const { createMailTokens } = await import('./mail-tokens.service');
    return { mailTokens: createMailTokens(foundation) };
  },
  jobs: ({ database, clock }) => [purgeMailTokens(database, clock)],
};
