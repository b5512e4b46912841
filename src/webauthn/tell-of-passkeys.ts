import type { Config } from '../config';
import type { Database } from '../database/database';
import type { Logger } from '../log';
import type { PasskeyCheck } from './passkey-check';

interface Dependencies {
  readonly passkeyCheck: PasskeyCheck;
  readonly config: Pick<Config, 'passkeys'>;
  readonly publicUrl: () => string;
  readonly database: Pick<Database, 'client'>;
  readonly logger: Logger;
}

/** The domain that the passkeys here were made for. */
const key = 'passkey-domain';

/**
 * Before the gateway listens: says why passkeys are off where nobody has switched them off, and when another domain makes those that are
 * there useless.
 */
export async function tellOfPasskeys({ passkeyCheck, config, publicUrl, database, logger }: Dependencies): Promise<void> {
  if (!passkeyCheck.isOn()) {
    if (config.passkeys === undefined)
      logger.info({ publicUrl: publicUrl() }, 'passkeys are off: browsers take them where PUBLIC_URL is https with a name, or localhost');
    return;
  }
  const { id: value } = passkeyCheck.party();
  const { state, passkey } = database.client;
  const known = await state.findUnique({ where: { key } });
  if (known?.value === value) return;
  const useless = known === null ? 0 : await passkey.count();
  if (useless > 0)
    logger.warn(
      { before: known?.value, now: value, passkeys: useless },
      'passkeys are for another domain now: those that were made before are useless here. AUTH_PASSKEY_DOMAIN and PUBLIC_URL say which',
    );
  await state.upsert({ where: { key }, create: { key, value }, update: { value } });
}
