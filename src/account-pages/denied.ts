import type { RequestContext } from '../context';
import { html } from '../html';
import { localeOf } from '../mail/texts/languages';
import { createSay } from './texts/say';
import type { Theme } from './theme/open-theme';
import { documentOf, frameOf, pagePolicy } from './view/document';

/** A page for somebody who may not go where a proxy asked about: it is shown under another host, so everything of it is named as a whole. */
export function createDenied(theme: Theme, publicUrl: () => string) {
  const frame = frameOf(theme, publicUrl);
  return (username: string, { requester }: RequestContext): { readonly document: string; readonly policy: string } => {
    const base = publicUrl();
    const language = localeOf(requester.acceptLanguage);
    const say = createSay(theme.texts[language]);
    const body = html`<div class="card"><h1>${say('denied.title')}</h1><p>${say('denied.text', { username })}</p>
<div class="more"><div><a href="${base}/account">${say('link.account')}</a></div><div><a href="${base}/account/logout">${say('logout.title')}</a></div></div></div>`;
    return {
      document: documentOf({ ...frame(), base }, { language, title: say('denied.title'), nav: null, body, skip: '' }),
      policy: pagePolicy({ files: new URL(base).origin, forms: "'none'" }),
    };
  };
}
