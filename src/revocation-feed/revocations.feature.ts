import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { RevocationFeed } from './revocation.feed';
import type { OpenRevocationStream } from './revocation.stream';
import { purgeRevocations } from './revocations.purge';
import { revocationsRoutes } from './revocations.routes';
import type { RevocationsService } from './revocations.service';

type Gives = {
  readonly revocations: RevocationsService;
  readonly revocationFeed: RevocationFeed;
  readonly openRevocationStream: OpenRevocationStream;
};

/** What services that verify tokens by themselves follow. */
export const revocationsFeature: Feature<Foundation, Gives> = {
  name: 'revocations',
  open: async ({ database, clock, logger }, closing) => {
    const { createRevocationsService } = await import('./revocations.service');
    const { createRevocationFeed } = await import('./revocation.feed');
    const { createStreamOpener } = await import('./revocation.stream');
    const revocations = createRevocationsService(database, clock);
    const revocationFeed = closing.push(createRevocationFeed({ database, revocations, clock, logger }), (open) => open.close());
    return { revocations, revocationFeed, openRevocationStream: createStreamOpener({ feed: revocationFeed, revocations, clock }) };
  },
  routes: revocationsRoutes,
  jobs: ({ database, clock }) => [purgeRevocations(database, clock)],
  drain: ({ revocationFeed }) => void revocationFeed.close(), // who follows has a second to find another node
};
