import { type Html, html } from '../../html';
import type { Visit } from '../page';

/** Recovery codes, as they are shown once. */
export const codesToKeep = ({ say }: Visit, codes: readonly string[]): Html => html`<p>${say('recovery.keep')}</p>
<ol class="codes">${codes.map((code) => html`<li>${code}</li>`)}</ol>
`;
