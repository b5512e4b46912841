import { hashSync } from 'bcryptjs';
import { everywhere, logIn, newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';

const password = 'a quiet garden gate';

everywhere('the first login of an imported user', (house, door) => {
  const users = () => house().app.services.database.client.user;

  it.each(['$2a$', '$2b$', '$2y$'])('takes a plain bcrypt hash (%s), and puts one of our own in its place', async (prefix) => {
    const kate = await newPerson(house());
    const imported = hashSync(password, 4).replace(/^\$2.\$/, prefix);
    await users().update({ where: { id: kate.id }, data: { passwordHash: imported } });
    const { username } = kate;
    expect((await door.send(house(), 'login', { username, password: 'not the garden gate' })).code).toBe('INVALID_CREDENTIALS');
    expect((await users().findUniqueOrThrow({ where: { id: kate.id } })).passwordHash).toBe(imported);
    expect((await door.send(house(), 'login', { username, password })).code).toBeNull();
    const { passwordHash } = await users().findUniqueOrThrow({ where: { id: kate.id } });
    expect(passwordHash).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$04\$/);
    expect((await door.send(house(), 'login', { username, password })).code).toBeNull();
    expect((await users().findUniqueOrThrow({ where: { id: kate.id } })).passwordHash).toBe(passwordHash);
  });
});

describe.each(databaseKinds)('a login after the cost was raised, on %s', (kind) => {
  it('hashes again at the new cost', async () => {
    const before = await openHouse(kind);
    const kate = await newPerson(before);
    const after = await openHouse(kind, { AUTH_BCRYPT_COST: '11' }, before);
    await logIn(after, kate);
    const { passwordHash } = await after.app.services.database.client.user.findUniqueOrThrow({ where: { id: kate.id } });
    expect(passwordHash).toMatch(/\$2b\$11\$/);
    await after.close();
    await before.close();
  });
});

describe.each(databaseKinds)('a change of the algorithm, on %s', (kind) => {
  const argon2 = { AUTH_PASSWORD_HASH: 'argon2id', AUTH_ARGON2_MEMORY_KIB: '7168', AUTH_ARGON2_PASSES: '1' };
  const hashOf = async (house: House, { id }: { readonly id: string }) =>
    (await house.app.services.database.client.user.findUniqueOrThrow({ where: { id } })).passwordHash;

  it('moves each password at its next login, there and back, and the same password opens all the time', async () => {
    const first = await openHouse(kind);
    const kate = await newPerson(first);
    expect(await hashOf(first, kate)).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$04\$/);
    const second = await openHouse(kind, argon2, first);
    expect((await rest.send(second, 'login', { username: kate.username, password: 'not the password' })).code).toBe('INVALID_CREDENTIALS');
    expect(await hashOf(second, kate)).toMatch(/\$2b\$04\$/);
    await logIn(second, kate);
    expect(await hashOf(second, kate)).toMatch(/^gh1\$[0-9a-f]{8}\$argon2id\$v=19\$m=7168,t=1,p=1\$/);
    await logIn(second, kate);
    const third = await openHouse(kind, {}, first);
    await logIn(third, kate);
    expect(await hashOf(third, kate)).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$04\$/);
    for (const house of [third, second, first]) await house.close();
  });

  it('costs every refusal the work of both, from the start, until no hash of the other kind is left', async () => {
    const before = await openHouse(kind);
    const kate = await newPerson(before);
    const mixed = await openHouse(kind, argon2, before);
    const workOf = async (house: House, username: string) => {
      const { work } = house.app.services.hashing();
      expect((await rest.send(house, 'login', { username, password: 'not the password' })).code).toBe('INVALID_CREDENTIALS');
      return house.app.services.hashing().work - work;
    };
    expect([await workOf(mixed, kate.username), await workOf(mixed, 'nobody-here')]).toEqual([7168 + 2 ** 4, 7168 + 2 ** 4]);
    await before.app.services.database.client.user.deleteMany({ where: { id: { not: kate.id } } });
    await logIn(mixed, kate);
    const moved = await openHouse(kind, argon2, before);
    expect([await workOf(moved, kate.username), await workOf(moved, 'nobody-here')]).toEqual([7168, 7168]);
    for (const house of [moved, mixed, before]) await house.close();
  });
});

describe.each(databaseKinds)('a refused login where a dear hash was imported, on %s', (kind) => {
  it('costs as much as that one from the start, whoever is named', async () => {
    const before = await openHouse(kind);
    const [kate, lars, nora] = [await newPerson(before), await newPerson(before), await newPerson(before)];
    const users = before.app.services.database.client.user;
    const setHash = (id: string, passwordHash: string | null) => users.update({ where: { id }, data: { passwordHash } });
    await setHash(kate.id, hashSync(password, 7));
    await setHash(lars.id, hashSync(password, 5));
    await setHash(nora.id, `$2b$31$${'a'.repeat(53)}`); // absurd, and no reason to make everybody wait
    const after = await openHouse(kind, {}, before);
    const { hashing } = after.app.services;
    for (const username of ['nobody-here', lars.username, nora.username, kate.username]) {
      const { work } = hashing();
      expect((await rest.send(after, 'login', { username, password: 'not the password' })).code).toBe('INVALID_CREDENTIALS');
      expect(hashing().work - work).toBe(2 ** 7);
    }
    await after.close();
    await before.close();
  });
});
