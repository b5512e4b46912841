import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Faults } from './faults';
import { releaseFromTests } from './marker';
import { testModeSettings } from './test-mode.settings';

/** Null: test mode is off. */
type Gives = { readonly faults: Faults | null };

/** A clock to move, a mailbox to read and failures to order, for tests of what stands on the gateway. */
export const testModeFeature: Feature<Foundation, Gives> = {
  name: 'test mode',
  settings: [testModeSettings],
  open: async ({ config, database }) => {
    if (!config.testMode) {
      await releaseFromTests(database); // a command of the command line does so too
      return { faults: null };
    }
    const { createFaults } = await import('./faults');
    return { faults: createFaults() };
  },
  start: async ({ config, logger }) => {
    if (config.testMode) logger.warn('TEST MODE: whoever reaches this machine moves the clock, reads every mail and empties the database');
  },
};
