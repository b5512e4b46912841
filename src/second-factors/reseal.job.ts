import type { Database } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purgeBatchSize } from '../jobs/purge';
import { secretIdOf } from '../sealed';
import type { Secrets } from '../secrets';
import { openTotpSecret, sealTotpSecret } from './codes/totp-secret';

/**
 * Seals under the newest entry of AUTH_SECRET what an older one sealed, so that removing that entry locks nobody out, also people who did
 * not log in meanwhile. Over the row as it was read: a change at the same time wins. What no entry opens stays as it is.
 */
export const resealTotpSecrets = ({ client: { totp } }: Database, secrets: Secrets): Job => ({
  name: 'reseal-totp',
  everySeconds: 3_600,
  run: async (lease) => {
    for (let last = ''; ; ) {
      const rows = await totp.findMany({ where: { userId: { gt: last } }, orderBy: { userId: 'asc' }, take: purgeBatchSize });
      for (const { userId, secret, pendingSecret } of rows) {
        const data = { secret: reseal(secret, userId, secrets), pendingSecret: reseal(pendingSecret, userId, secrets) };
        const isChanged = data.secret !== secret || data.pendingSecret !== pendingSecret;
        if (isChanged) await totp.updateMany({ where: { userId, secret, pendingSecret }, data });
      }
      last = rows.at(-1)?.userId ?? '';
      if (rows.length < purgeBatchSize || !(await lease.renew())) return;
    }
  },
});

function reseal(sealed: string | null, userId: string, secrets: Secrets): string | null {
  if (sealed === null || secretIdOf(sealed) === secrets.current.id) return sealed;
  const secret = openTotpSecret(sealed, userId, secrets);
  return secret === null ? sealed : sealTotpSecret(secret, userId, secrets);
}
