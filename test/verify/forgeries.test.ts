import { createVerifier, type Verifier } from '../../packages/verify/src/verifier';
import { type Forger, openForger, readClaims } from '../support/forgery';
import { type House, openHouse } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { newVisitor, type Visitor } from '../support/visitors';

describe('The verifier, of tokens that are signed with the real key', () => {
  let house: House;
  let kate: Visitor;
  let forger: Forger;
  let verifier: Verifier;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    house.clock.stop();
    const { id: clientId, secret: clientSecret } = await newServiceClient(house);
    kate = await newVisitor(house);
    forger = await openForger(house);
    const client = { clientId, clientSecret, everySeconds: 0, maxStalenessSeconds: 3_600 };
    verifier = createVerifier({ issuer: 'http://gatehouse.test', url: house.url, now: house.clock.now, ...client });
    await verifier.refresh();
  });
  afterAll(() => house.close());

  const now = () => Math.floor(house.clock.now() / 1000);
  const invalid = { accepted: false, reason: 'INVALID' };

  it('accepts what was not changed', async () => {
    expect((await verifier.verify(forger.alter(kate.accessToken, {}))).accepted).toBe(true);
    expect((await verifier.verify(forger.alter(kate.accessToken, { header: { typ: 'application/at+jwt' } }))).accepted).toBe(true);
  });

  it.each([
    { typ: undefined },
    { typ: 'JWT' },
    { typ: 'rt+jwt' },
    { typ: 'AT+JWT ' },
    { typ: null },
    { kid: undefined },
    { kid: 'another' },
    { kid: null },
    { kid: ['x'] },
    { alg: 'none' },
    { alg: 'HS256' },
    { alg: 'es256' },
    { crit: ['exp'] },
    { crit: [] },
    { jku: 'http://evil.test/jwks.json' },
    { x5u: 'http://evil.test/key.pem' },
    { b64: false },
    { cty: 'JWT' },
    { zip: 'DEF' },
  ])('refuses the header %j', async (header) => {
    expect(await verifier.verify(forger.alter(kate.accessToken, { header }))).toEqual(invalid);
  });

  it('refuses a header that brings its key along', async () => {
    const jwk = forger.publicKey.export({ format: 'jwk' });
    for (const header of [{ jwk }, { jwk, kid: undefined }])
      expect(await verifier.verify(forger.alter(kate.accessToken, { header }))).toEqual(invalid);
  });

  it('refuses claims of another kind, and times too far apart', async () => {
    for (const claims of [
      { iss: 'http://other.test' },
      { iss: 'http://gatehouse.test/' },
      { iss: ['http://gatehouse.test'] },
      { aud: 'http://other.test' },
      { aud: ['http://gatehouse.test'] },
      { sub: undefined },
      { sub: '' },
      { sub: 1 },
      { sid: undefined },
      { jti: undefined },
      { iat: undefined },
      { iat: String(now()) },
      { iat: now() + 0.5 },
      { iat: now() + 62, exp: now() + 900 },
      { exp: undefined },
      { exp: String(now() + 900) },
      { exp: now() - 6 },
      { exp: now() + 900.5 },
      { iat: now(), exp: now() + 86_401 },
      { iat: now() - 86_000, exp: now() + 900 },
      { auth_time: undefined },
      { auth_time: '0' },
      { roles: undefined },
      { roles: 'ADMIN' },
      { roles: [1] },
    ])
      expect([claims, await verifier.verify(forger.alter(kate.accessToken, { claims }))]).toEqual([claims, invalid]);
  });

  it('refuses payloads that are none', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: forger.kid };
    for (const payload of ['null', '[]', '"x"', '1', '{', ''])
      expect([payload, await verifier.verify(forger.sign(header, payload))]).toEqual([payload, invalid]);
    expect((await verifier.verify(forger.sign(header, readClaims(kate.accessToken)))).accepted).toBe(true);
  });

  it('refuses every other spelling of its signature', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted: string[] = [];
    for (const last of alphabet) {
      const token = kate.accessToken.slice(0, -1) + last;
      if ((await verifier.verify(token)).accepted) accepted.push(token);
    }
    expect(accepted).toEqual([kate.accessToken]);
  });
});
