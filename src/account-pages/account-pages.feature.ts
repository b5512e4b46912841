import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { pagesSettings } from './pages.settings';
import type { Theme } from './theme/open-theme';

/** The hosted pages: a third door to the operations. `theme` is null where there are none (AUTH_PAGES). */
export const accountPagesFeature: Feature<Foundation, { readonly theme: Theme | null }> = {
  name: 'account-pages',
  settings: [pagesSettings],
  open: async ({ config: { pages, pagesDirectory } }) => {
    if (!pages) return { theme: null };
    const { openTheme } = await import('./theme/open-theme');
    return { theme: openTheme(pagesDirectory) };
  },
};
