import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from '../../packages/verify/src/verifier';
import { type House, openHouse } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { until } from '../support/until';
import { newVisitor } from '../support/visitors';

let house: House;
let options: VerifierOptions;
let opened: Verifier[];
beforeAll(async () => {
  house = await openHouse('sqlite');
  const { id: clientId, secret: clientSecret } = await newServiceClient(house);
  options = { issuer: 'http://gatehouse.test', url: house.url, clientId, clientSecret };
});
beforeEach(() => {
  opened = [];
});
afterEach(() => {
  for (const verifier of opened) verifier.close();
});
afterAll(() => house.close());

const open = (wishes: Partial<VerifierOptions>) => {
  const errors: VerifierError[] = [];
  const verifier = createVerifier({ ...options, onError: (error) => void errors.push(error), ...wishes });
  opened.push(verifier);
  return { verifier, errors };
};
const messages = (errors: readonly VerifierError[]) => errors.map(({ message }) => message);

describe('A verifier whose tokens would all be refused says why, once', () => {
  it.each([
    ['a wrong secret', { clientSecret: 'wrong' }, /^http:\/\/127.0.0.1:\d+ refuses the clientId and clientSecret of this verifier$/],
    ['a slash after the issuer', { issuer: 'http://gatehouse.test/' }, /test\/, but the gateway's is http:\/\/gatehouse.test: every token/],
    ['a dead gateway', { url: 'http://127.0.0.1:1' }, /^http:\/\/127.0.0.1:1 cannot be reached \(\w+\)$/],
  ])('%s', async (_what, wishes, message) => {
    const { accessToken } = await newVisitor(house);
    const { verifier, errors } = open({ everySeconds: 0.05, ...wishes });
    await until('an error is reported', () => errors.length > 0);
    for (let times = 0; times < 5; times += 1) {
      expect((await verifier.verify(accessToken)).accepted).toBe(false);
      await verifier.refresh().catch(() => undefined);
    }
    expect(messages(errors)).toEqual([expect.stringMatching(message)]);
    expect(JSON.stringify(messages(errors))).not.toContain(options.clientSecret);
  });

  it('something else at the address', async () => {
    const { errors } = open({ url: `${house.url}/explorer`, everySeconds: 0 });
    await opened[0]?.refresh().catch(() => undefined);
    expect(messages(errors).join()).toMatch(/answers 404/);
  });

  it('as a warning of the process, where nobody else is told', () => {
    const script = `const { createVerifier } = require(${JSON.stringify(resolve('packages/verify/dist/cjs/verifier'))});
      const verifier = createVerifier({ issuer: 'http://127.0.0.1:1', clientId: 'x', clientSecret: 'x', everySeconds: 0 });
      (async () => { for (let times = 0; times < 3; times += 1) await verifier.refresh().catch(() => {}); })();`;
    const { stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(stderr.match(/GatehouseVerifierWarning: .*/g)).toEqual([expect.stringContaining('http://127.0.0.1:1 cannot be reached')]);
  });

  it('and says nothing where all is well', async () => {
    const { accessToken } = await newVisitor(house);
    const { verifier, errors } = open({ everySeconds: 0.05 });
    await until('the verifier is current', () => verifier.stalenessSeconds() < 3);
    expect((await verifier.verify(accessToken)).accepted).toBe(true);
    expect(errors).toEqual([]);
  });
});
