import { randomBytes } from 'node:crypto';
import { readDeviceToken } from '../../src/limits/device-token';
import { createSecrets } from '../../src/secrets';
import { runCommand } from '../support/command';
import { logIn, newPerson, rest } from '../support/doors';
import { openHouse, testSecret } from '../support/house';
import { databaseKinds } from '../support/stage';

const newSecret = randomBytes(32).toString('base64');
const both = { AUTH_SECRET: `${newSecret},${testSecret}` };

describe.each(databaseKinds)('a change of AUTH_SECRET, on %s', (kind) => {
  it('keeps tokens, and seals keys again so that the old secret can go', async () => {
    const before = await openHouse(kind);
    const person = await newPerson(before);
    await before.close();

    const during = await openHouse(kind, both, before);
    expect((await rest.send(during, 'profile', undefined, person.accessToken)).code).toBeNull();
    const fresh = await logIn(during, person);
    await during.close();

    const after = await openHouse(kind, { AUTH_SECRET: newSecret }, before);
    expect((await rest.send(after, 'profile', undefined, person.accessToken)).code).toBeNull();
    expect((await rest.send(after, 'refresh', { refreshToken: fresh.refreshToken })).code).toBeNull();
    await after.close();
  });

  it('makes a device token again with the newest secret, for the same device', async () => {
    const before = await openHouse(kind);
    const person = await newPerson(before);
    const logInFrom = (house: typeof before, device = '') =>
      rest.send(house, 'login', { username: person.username, password: person.password }, undefined, { 'x-device-token': device });
    const { body: first } = await logInFrom(before);
    await before.close();

    const during = await openHouse(kind, both, before);
    const { body: second } = await logInFrom(during, first.deviceToken);
    expect(second.deviceToken).not.toBe(first.deviceToken);
    expect((await logInFrom(during, second.deviceToken)).body.deviceToken).toBe(second.deviceToken);
    const deviceOf = (token: string) => Buffer.from(token.slice(4), 'base64url').toString('hex', 1, 25);
    expect(deviceOf(second.deviceToken)).toBe(deviceOf(first.deviceToken));
    await during.close();

    const known = readDeviceToken(second.deviceToken, createSecrets([newSecret]));
    expect(known?.userId).toBe(person.id);
    expect(readDeviceToken(first.deviceToken, createSecrets([newSecret]))).toBeNull();
  });

  it('goes on at a node that does not know the new secret yet, for everything that this node can judge', async () => {
    const old = await openHouse(kind);
    const person = await newPerson(old);
    const renewed = await openHouse(kind, both, old);
    const next = await renewed.app.services.keys.rotate();
    old.clock.advance(31);
    expect((await rest.send(old, 'profile', undefined, person.accessToken)).code).toBeNull();
    expect((await old.app.services.keys.jwks()).keys.map(({ kid }) => kid)).not.toContain(next.kid);
    old.clock.advance(1_200);
    const fresh = await rest.send(renewed, 'refresh', { refreshToken: person.refreshToken });
    // Not a 401: another node can judge this token.
    expect((await rest.send(old, 'profile', undefined, fresh.body.accessToken)).code).toBe('UNAVAILABLE');
    await renewed.close();
    await old.close();
  });

  it('is found unfinished by the doctor, and refused at the start where a key cannot be opened', async () => {
    const house = await openHouse(kind);
    await newPerson(house);
    const forgotten = await runCommand(house, ['doctor', '--json'], { AUTH_SECRET: newSecret, PUBLIC_URL: house.url });
    expect(forgotten.code).toBe(1);
    const { ok, findings } = JSON.parse(forgotten.out);
    expect(ok).toBe(false);
    const wrong = findings.filter(({ state }: { state: string }) => state === 'wrong');
    expect(wrong.map(({ subject }: { subject: string }) => subject)).toEqual(['secrets', 'secrets']);
    expect(forgotten.out).toMatch(/the passwords of 1 users need the secret [0-9a-f]{8}/);
    expect(forgotten.out).toMatch(/the signing key [\w-]{43} needs the secret [0-9a-f]{8}/);
    await expect(openHouse(kind, { AUTH_SECRET: newSecret }, house)).rejects.toThrow(/AUTH_SECRET does not open the signing key/);
    await house.close();
  });
});

describe.each(databaseKinds)('gatehouse doctor, on %s', (kind) => {
  it('finds everything right where it is, and says what is wrong where it is not', async () => {
    const house = await openHouse(kind);
    const well = await runCommand(house, ['doctor', '--json'], { PUBLIC_URL: house.url });
    expect([well.code, well.err]).toEqual([0, '']);
    const { findings } = JSON.parse(well.out);
    const ofNode = expect.stringMatching(/^Node (ok|warning)$/); // it depends on the day
    expect(findings.map(({ subject, state }: Record<string, string>) => `${subject} ${state}`)).toEqual([
      'settings ok',
      ofNode,
      'files ok',
      'database ok',
      ...(kind === 'postgresql' ? ['nodes ok'] : []),
      'migrations ok',
      'clock ok',
      'secrets ok',
      'keys ok',
      'names ok',
      'roles ok',
      'mail warning', // it is switched off
      'public URL ok',
    ]);
    const pending = await house.app.services.database.client
      .$executeRaw`DELETE FROM _prisma_migrations WHERE migration_name LIKE '%_key_removal'`;
    expect(pending).toBe(1);
    await house.close();
    const ill = await runCommand(house, ['doctor'], { PUBLIC_URL: house.url });
    expect([ill.code, ill.err]).toEqual([1, '2 things are wrong.\n']);
    expect(ill.out).toMatch(/wrong {4}migrations: \d+_key_removal is pending\n {9}Run: gatehouse migrate/);
    expect(ill.out).toMatch(/wrong {4}public URL: /);
  });

  it('lists every wrong setting, and says when the database cannot be reached', async () => {
    const settings = await runCommand({ databaseUrl: 'file:./none.db', environment: {} }, ['doctor', '--json'], {
      PORT: 'abc',
      AUTH_BCRYPT_COST: '9',
    });
    expect(settings.code).toBe(1);
    expect(JSON.parse(settings.out).findings).toHaveLength(2);
    const unreachable = await runCommand({ databaseUrl: 'postgresql://x@127.0.0.1:1/x', environment: { AUTH_SECRET: testSecret } }, [
      'doctor',
    ]);
    expect(unreachable.code).toBe(1);
    expect(unreachable.out).toMatch(/wrong {4}database: the database does not answer at the address in DATABASE_URL/);
  });
});
