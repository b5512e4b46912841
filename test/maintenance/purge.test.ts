import { randomUUID } from 'node:crypto';
import { purgeBatchSize } from '../../src/jobs/purge';
import { doors, logIn, newPerson } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';

const day = 24 * 60 * 60;
const rest = doors.find(({ name }) => name === 'REST');

const rowsOf = (house: House) => house.app.services.database.client;
const purge = (house: House) => house.app.services.jobs.runDue();
const at = (house: House, seconds: number) => new Date(house.clock.now() + seconds * 1000);

onBothDatabases(
  'purging',
  (house) => {
    it('removes a session that was ended or left to expire a day later, and none that lives', async () => {
      const person = await newPerson(house());
      const ended = await logIn(house(), person);
      const left = await logIn(house(), person);
      await rest?.send(house(), 'logout', undefined, ended.accessToken);
      const ids = async () => (await rowsOf(house()).session.findMany({ where: { userId: person.id } })).map(({ id }) => id);

      house().clock.advance(day - 60);
      await purge(house());
      expect(await ids()).toHaveLength(3);

      house().clock.advance(3_700);
      await purge(house());
      expect(await ids()).toEqual(expect.arrayContaining([person.sessionId, left.sessionId]));
      expect(await ids()).not.toContain(ended.sessionId);

      house().clock.advance(30 * day - day); // unused for 30 days, and a day more: only the one below was used
      const kept = await logIn(house(), person);
      house().clock.advance(day);
      await purge(house());
      expect(await ids()).toEqual([kept.sessionId]);
    });

    it('never keeps a session past its absolute end, however late it is refreshed', async () => {
      const person = await newPerson(house());
      const row = { id: person.sessionId };
      await rowsOf(house()).session.update({ where: row, data: { expiresAt: at(house(), 3 * day), idleExpiresAt: at(house(), 2 * day) } });
      const refreshed = await rest?.send(house(), 'refresh', { refreshToken: person.refreshToken });
      expect(refreshed?.code).toBeNull();
      const { idleExpiresAt, expiresAt } = await rowsOf(house()).session.findUniqueOrThrow({ where: row });
      expect(idleExpiresAt).toEqual(expiresAt);
      house().clock.advance(4 * day + 60);
      await purge(house());
      expect(await rowsOf(house()).session.findUnique({ where: row })).toBeNull();
    });

    it('removes attempts that are over in batches, and none that counts', async () => {
      const attempt = (expiresAt: Date) => ({ key: randomUUID(), used: 1, retryAt: expiresAt, expiresAt });
      const over = Array.from({ length: purgeBatchSize * 2 + 1 }, () => attempt(at(house(), -1)));
      const counting = attempt(at(house(), day));
      await rowsOf(house()).attempt.createMany({ data: [...over, counting] });
      house().clock.advance(601);
      const before = house().queries.length;
      expect(await purge(house())).toContain('purge-attempts');
      const deletes = house()
        .queries.slice(before)
        .filter((sql) => /^DELETE FROM .*attempts/.test(sql));
      expect(deletes).toHaveLength(3);
      const left = await rowsOf(house()).attempt.findMany({
        where: { key: { in: [...over.slice(0, 50), counting].map(({ key }) => key) } },
      });
      expect(left.map(({ key }) => key)).toEqual([counting.key]);
    });

    it('removes revocations that are over in batches, and none that must be refused still', async () => {
      const revocation = (expiresAt: Date) => ({ id: randomUUID(), at: at(house(), -900), expiresAt });
      house().clock.advance(601);
      const over = Array.from({ length: purgeBatchSize + 1 }, () => revocation(at(house(), -1)));
      const standing = [revocation(at(house(), 2)), revocation(at(house(), day))];
      await rowsOf(house()).revocation.createMany({ data: [...over, ...standing] });
      expect(await purge(house())).toContain('purge-revocations');
      const left = await rowsOf(house()).revocation.findMany({ orderBy: { expiresAt: 'asc' } });
      expect(left.map(({ id }) => id)).toEqual(standing.map(({ id }) => id));
    });

    it('removes audit events past their days, and none before', async () => {
      const event = (daysAgo: number) => ({ id: randomUUID(), at: at(house(), -daysAgo * day), event: 'login', outcome: 'ok' });
      const [old, recent] = [event(31), event(29)];
      await rowsOf(house()).auditEvent.createMany({ data: [old, recent] });
      house().clock.advance(3_601);
      await purge(house());
      const left = await rowsOf(house()).auditEvent.findMany({ where: { id: { in: [old.id, recent.id] } } });
      expect(left.map(({ id }) => id)).toEqual([recent.id]);
    });
  },
  { AUTH_AUDIT_DAYS: '30' },
);

it.each(['attempts', 'sessions', 'revocations', 'audit_events'])(
  'finds what is over in %s by an index, however many rows there are',
  async (table) => {
    const house = await openHouse('sqlite');
    try {
      house.clock.advance(2 * day);
      await purge(house);
      const looks = house.queries.filter((sql) => sql.startsWith('SELECT') && sql.includes(`.\`${table}\``) && sql.includes('LIMIT'));
      expect(looks).not.toHaveLength(0);
      for (const sql of looks) {
        const plan = await rowsOf(house).$queryRawUnsafe<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`);
        expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH .* USING INDEX /)]);
      }
    } finally {
      await house.close();
    }
  },
);
