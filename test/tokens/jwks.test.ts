import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { openForger } from '../support/forgery';
import { onBothDatabases, onTwoNodes, openHouse } from '../support/house';
import { newVisitor } from '../support/visitors';

const asItsServicesDo = { issuer: 'http://gatehouse.test', audience: 'http://gatehouse.test', typ: 'at+jwt', algorithms: ['ES256'] };

onBothDatabases('the key set', (house) => {
  const keySet = () => createRemoteJWKSet(new URL(`${house().url}/.well-known/jwks.json`));

  it('lets a library that we did not write verify an access token', async () => {
    const kate = await newVisitor(house());
    const { payload, protectedHeader } = await jwtVerify(kate.accessToken, keySet(), asItsServicesDo);
    expect(payload).toMatchObject({ sub: kate.id, sid: kate.sessionId });
    expect(protectedHeader.kid).toBe((await openForger(house())).kid);
  });

  it('lets it refuse a token that was changed, or is of another installation', async () => {
    const kate = await newVisitor(house());
    const [header, payload, signature] = kate.accessToken.split('.');
    const changed = `${header}.${payload?.replace(/^.{8}/, (start) => [...start].reverse().join(''))}.${signature}`;
    await expect(jwtVerify(changed, keySet(), asItsServicesDo)).rejects.toBeInstanceOf(errors.JOSEError);
    const other = await openHouse('sqlite');
    const stranger = await newVisitor(other);
    await expect(jwtVerify(stranger.accessToken, keySet(), asItsServicesDo)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await other.close();
  });

  it('shows public keys alone, and may be cached', async () => {
    const response = await fetch(`${house().url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/);
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(keys[0]).toMatchObject({ alg: 'ES256', crv: 'P-256', kty: 'EC', use: 'sig' });
  });

  it('comes from the database, where the private part is sealed', async () => {
    const [row] = await house().app.services.database.client.signingKey.findMany();
    const { privateKey } = await openForger(house());
    expect(row?.privateKey).toMatch(/^gk1\$[0-9a-f]{8}\$/);
    expect(row?.privateKey).not.toContain(privateKey.export({ format: 'jwk' }).d);
  });
});

onTwoNodes('the key set', (nodes) => {
  it('is the same on every node, and what one signs the other verifies', async () => {
    const [first, second] = await Promise.all(nodes().map(async ({ url }) => (await fetch(`${url}/.well-known/jwks.json`)).json()));
    expect(first).toEqual(second);
    const kate = await newVisitor(nodes()[0]);
    const keySet = createRemoteJWKSet(new URL(`${nodes()[1].url}/.well-known/jwks.json`));
    await expect(jwtVerify(kate.accessToken, keySet, asItsServicesDo)).resolves.toMatchObject({ payload: { sub: kate.id } });
    expect(decodeProtectedHeader(kate.accessToken).alg).toBe('ES256');
  });
});
