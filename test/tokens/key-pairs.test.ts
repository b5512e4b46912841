import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/**
 * Node 20 can stand still for ever where a key object is exported while the job that has made it is collected. With a young generation of 1 MB it did
 * so after 3,000 to 11,000 pairs.
 */
it('key pairs are made one after the other, and none waits for the collector', async () => {
  const program = `
    const { createSecrets } = require(${JSON.stringify(resolve('dist/secrets.js'))});
    const { createSigningKey } = require(${JSON.stringify(resolve('dist/tokens/signing-key.js'))});
    const secrets = createSecrets(['${'s'.repeat(43)}=']);
    for (let made = 0; made < 12000; made += 1) createSigningKey(secrets);
    console.log('all');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=1', '-e', program], { timeout: 200_000 });
  expect(stdout.trim()).toBe('all');
});
