/** Logging in through another provider with the client: the flow is kept in the tab, for one provider's page, once. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGatehouse, gatehouseErrorOf } from '../../packages/client/src/index';
import { uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { type LocalProvider, providerClient, startProvider } from '../support/provider';
import { readStage } from '../support/stage';

const page = 'http://localhost:5173/callback/acme';
let provider: LocalProvider;
let house: House;
beforeAll(async () => {
  provider = await startProvider([page]);
  const file = join(mkdtempSync(join(readStage().folder, 'providers-')), 'providers.json');
  const client = { clientId: providerClient.id, clientSecret: { env: 'TEST_PROVIDER_SECRET' }, issuer: provider.issuer };
  writeFileSync(file, JSON.stringify([{ id: 'acme', name: 'Acme', ...client, vouchesForEmail: true }]));
  house = await openHouse('sqlite', { AUTH_PROVIDERS: file, TEST_PROVIDER_SECRET: providerClient.secret });
});
afterAll(async () => {
  await house?.close();
  await provider?.close();
});

/** A tab's `sessionStorage`. */
const tab = () => {
  const kept = new Map<string, string>();
  const flowStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, gatehouse: createGatehouse({ url: house.url, now: house.clock.now, flowStorage }) };
};

const refusal = (work: Promise<unknown>) => work.then(() => null, gatehouseErrorOf);

it('logs in who is new by a username, and then who is known, each flow once and at the page of its provider', async () => {
  const username = uniqueName();
  const who = { subject: username, claims: { email: `${username}@example.com`, email_verified: true, preferred_username: username } };
  const { gatehouse, kept } = tab();
  const response = await provider.visit(await gatehouse.beginProviderLogin('acme', page), who);
  const crossed = await refusal(gatehouse.finishProviderLogin('rogue', { response }));
  expect([crossed?.code, kept.size]).toEqual(['INVALID_CODE', 1]); // nothing was sent
  expect((await refusal(tab().gatehouse.finishProviderLogin('acme', { response })))?.code).toBe('INVALID_CODE');
  const asked = await refusal(gatehouse.finishProviderLogin('acme', { response }));
  expect([asked?.code, asked?.details.suggestion, kept.size]).toEqual(['USERNAME_REQUIRED', username, 0]);
  expect(await gatehouse.isSignedIn()).toBe(false);
  const made = await gatehouse.completeLogin({ challenge: asked?.details.challenge ?? '', username });
  expect([made.user.username, await gatehouse.isSignedIn()]).toEqual([username, true]);

  const again = tab();
  const states: boolean[] = [];
  again.gatehouse.onChange(({ signedIn }) => states.push(signedIn));
  const answer = await provider.visit(await again.gatehouse.beginProviderLogin('acme', page), who);
  const { user, session } = await again.gatehouse.finishProviderLogin('acme', { response: answer });
  expect([user.id, session.methods, states]).toEqual([made.user.id, ['fed'], [true]]);
  expect((await refusal(again.gatehouse.finishProviderLogin('acme', { response: answer })))?.code).toBe('INVALID_CODE');
});

it('says where there is no storage for it', async () => {
  const gatehouse = createGatehouse({ url: house.url });
  await expect(gatehouse.finishProviderLogin('acme', { response: '' })).rejects.toThrow('flowStorage');
});
