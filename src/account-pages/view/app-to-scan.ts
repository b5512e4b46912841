import { type Html, html } from '../../html';
import type { Visit } from '../page';
import { qrCode } from './qr';

/** The secret of an authenticator app, to scan or to type. */
export async function appToScan({ say }: Visit, { secret, uri }: { readonly secret: string; readonly uri: string }): Promise<Html> {
  const inFours = secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
  return html`<ol><li>${say('totp.scan')}</li><li>${say('totp.enter')}</li></ol>
${await qrCode(uri, say('totp.picture'))}<p>${say('totp.typed')}<br><code>${inFours}</code></p>
<p><a href="${uri}">${say('totp.open')}</a></p>
`;
}
