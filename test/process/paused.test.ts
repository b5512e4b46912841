import { randomBytes } from 'node:crypto';
import { createVerifier } from '../../packages/verify/src/verifier';
import { killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { copyDatabase } from '../support/stage';
import { until } from '../support/until';

const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };

it('a node that was stopped accepts nothing that was revoked meanwhile, nor does a service that follows its feed', async () => {
  const environment = {
    DATABASE_URL: await copyDatabase('postgresql'),
    AUTH_SECRET: randomBytes(32).toString('base64'),
    PUBLIC_URL: 'http://gatehouse.test',
  };
  const nodes = [await startGateway(newFolder(), environment), await startGateway(newFolder(), environment)] as const;
  const [awake, paused] = nodes;
  const client = JSON.parse((await runGatehouse(['client', 'create', 'service', '--json'], newFolder(), environment)).stdout);
  const options = { issuer: 'http://gatehouse.test', url: paused.url, clientId: client.id, clientSecret: client.secret };
  const verifier = createVerifier({ ...options, whenStale: 'refuse', maxStalenessSeconds: 3 });
  try {
    const send = async (url: string, path: string, body?: unknown, token?: string) => {
      const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      return fetch(`${url}/v1${path}`, { method: 'POST', headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    };
    const profile = async (url: string, token: string) =>
      (await fetch(`${url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } })).status;
    const { access_token: token } = (await (await send(awake.url, '/register', person)).json()) as { access_token: string };
    expect(await profile(paused.url, token)).toBe(200);
    await until('the verifier follows', async () => (await verifier.verify(token)).accepted);

    paused.child.kill('SIGSTOP');
    const asked = profile(paused.url, token); // it is in the line when the node goes on
    expect((await send(awake.url, '/logout', {}, token)).status).toBe(200);
    await until('the verifier is not current', () => verifier.stalenessSeconds() > 3);
    expect((await verifier.verify(token)).accepted).toBe(false);

    paused.child.kill('SIGCONT');
    expect(await asked).toBe(401);
    expect(await profile(paused.url, token)).toBe(401);
    await until('the verifier hears of the logout', async () => {
      const verification = await verifier.verify(token);
      expect(verification.accepted).toBe(false); // at no moment
      return !verification.accepted && verification.reason === 'REVOKED';
    });
  } finally {
    verifier.close();
    for (const node of nodes) await killGateway(node);
  }
});
