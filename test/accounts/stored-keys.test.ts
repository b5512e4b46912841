import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';

/** As a version before kept it. */
const older = { usernameKey: 'i\u0307stanbul', emailKey: 'me@bücher.example' };

describe.each(databaseKinds)('names that a version before has stored, on %s', (kind) => {
  const open: House[] = [];
  afterAll(async () => {
    for (const house of open.reverse()) await house.close();
  });

  it('have the normal form of today after a start, but for those that somebody else has in it: they are told', async () => {
    const before = await openHouse(kind);
    open.push(before);
    const { user } = before.app.services.database.client;
    const irem = await newPerson(before, { username: 'İstanbul' });
    const kate = await newPerson(before);
    const late = await newPerson(before);
    await user.update({ where: { id: irem.id }, data: { usernameKey: older.usernameKey } });
    await user.update({ where: { id: kate.id }, data: { email: 'me@bücher.example', emailKey: older.emailKey } });
    await user.update({ where: { id: late.id }, data: { email: 'ME@BÜCHER.example', emailKey: 'me@xn--bcher-kva.example' } });

    const after = await openHouse(kind, {}, before);
    open.push(after);
    const keys = async (id: string) => user.findUniqueOrThrow({ where: { id }, select: { usernameKey: true, emailKey: true } });
    expect((await keys(irem.id)).usernameKey).toBe('istanbul');
    expect((await rest.send(after, 'login', { username: 'istanbul', password: irem.password })).status).toBe(200);
    expect((await keys(kate.id)).emailKey).toBe(older.emailKey);
    expect(after.log).toContainEqual(expect.objectContaining({ level: 'warn', userId: kate.id, takenBy: late.id, field: 'emailKey' }));
    expect(JSON.stringify(after.log)).not.toContain('bücher');
  });
});
