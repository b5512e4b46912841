import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type House, openHouse } from '../support/house';
import { hasPython, howToGetPython } from '../support/python';
import { databaseKinds } from '../support/stage';
import { describeWhere } from '../support/where';

/** The address in the example of the first documents: all that a client has to change. */
const documentedBase = 'https://api.authsystem.com/v1';

/** Runs a script of test/fixtures with another base URL and no other change: what it prints. */
async function run(script: string, baseUrl: string): Promise<string> {
  const source = readFileSync(join(__dirname, '../fixtures', script), 'utf8');
  expect(source.split(documentedBase)).toHaveLength(2);
  const environment = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  const { stdout } = await promisify(execFile)('python3', ['-c', source.replace(documentedBase, baseUrl)], { env: environment });
  return stdout;
}

describeWhere(hasPython, howToGetPython)('the Python client of the first documents', () => {
  describe.each(databaseKinds)('on %s', (kind) => {
    let house: House;
    beforeEach(async () => {
      house = await openHouse(kind);
    });
    afterEach(() => house.close());

    it.each([
      ['under /v1', '/v1'],
      ['without a prefix', ''],
    ])('registers, logs in, reads and updates the profile and logs out, %s', async (_where, prefix) => {
      const base = `${house.url}${prefix}`;
      const printed = await run('first-documents.py', base);
      expect(printed).toMatch(/^Registration Result: \{'user': \{.*'username': 'user123', 'email': 'user123@example\.com'/);
      expect(printed).toMatch(/'access_token': 'eyJ[\w.-]+', 'token_type': 'Bearer', 'expires_in': 900, 'refresh_token': 'ghr_[\w-]+'/);
      const { user } = house.app.services.database.client;
      expect(await user.findMany()).toMatchObject([{ username: 'user123', email: 'user123@example.com' }]);

      const lines = (await run('first-documents-continued.py', base)).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        [200, { user: { username: 'user123' }, token_type: 'Bearer' }],
        [200, { username: 'user123', name: null, email: 'user123@example.com' }],
        [200, { username: 'user123', name: 'User 123', email: 'user123@example.com' }],
        [200, { ended_sessions: 1 }],
        [401, { code: 'UNAUTHENTICATED', reason: 'REVOKED', title: expect.any(String) }],
        [401, { code: 'INVALID_CREDENTIALS', title: expect.any(String) }],
      ]);
      expect(await user.findMany()).toMatchObject([{ username: 'user123', name: 'User 123' }]);
    });

    it('is told why when the name is taken', async () => {
      await run('first-documents.py', `${house.url}/v1`);
      const printed = await run('first-documents.py', `${house.url}/v1`);
      expect(printed).toContain("'code': 'USERNAME_TAKEN'");
      expect(await house.app.services.database.client.user.count()).toBe(1);
    });
  });
});
