import { randomUUID } from 'node:crypto';
import { everywhere, logIn, newPerson } from '../support/doors';

everywhere(
  'sessions beyond AUTH_SESSIONS_PER_USER',
  (house, door) => {
    it('end the oldest, and say so in the audit', async () => {
      const person = await newPerson(house());
      const other = await newPerson(house());
      const later = [];
      for (let number = 0; number < 3; number += 1) {
        house().clock.advance(1);
        later.push(await logIn(house(), person));
      }
      const [second, third, fourth] = later;
      const live = await door.send(house(), 'sessions', undefined, fourth?.accessToken);
      expect(live.body.sessions.map(({ id }: { id: string }) => id)).toEqual([fourth?.sessionId, third?.sessionId, second?.sessionId]);
      expect((await door.send(house(), 'profile', undefined, person.accessToken)).code).toBe('UNAUTHENTICATED');
      expect((await door.send(house(), 'refresh', { refreshToken: person.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      expect((await door.send(house(), 'profile', undefined, other.accessToken)).code).toBeNull();
      const events = await house().app.services.database.client.auditEvent.findMany({ where: { event: 'session.displaced' } });
      expect(events.filter(({ userId }) => userId === person.id)).toMatchObject([{ sessionId: person.sessionId, outcome: 'ok' }]);
    });

    it('end together, however many they are', async () => {
      const writes = async (extra: number): Promise<number> => {
        const person = await newPerson(house());
        const { session, auditEvent } = house().app.services.database.client;
        const row = await session.findUniqueOrThrow({ where: { id: person.sessionId } });
        await session.createMany({ data: Array.from({ length: extra }, () => ({ ...row, id: randomUUID() })) });
        house().clock.advance(1);
        const from = house().queries.length;
        const { sessionId } = await logIn(house(), person);
        const written = house()
          .queries.slice(from)
          .filter((sql) => /^(INSERT|UPDATE)\b.*\b(sessions|audit_events|revocations)\b/.test(sql));
        const left = await session.findMany({ where: { userId: person.id, revokedAt: null } });
        expect(left.map(({ id }) => id)).toContain(sessionId);
        expect(left).toHaveLength(3);
        expect(await auditEvent.count({ where: { userId: person.id, event: 'session.displaced' } })).toBe(extra - 1);
        return written.length;
      };
      expect(await writes(20)).toBe(await writes(3));
    });

    it('do not count when they have ended', async () => {
      const person = await newPerson(house());
      const second = await logIn(house(), person);
      await logIn(house(), person);
      await door.send(house(), 'revokeSession', second.sessionId, person.accessToken);
      await logIn(house(), person);
      expect((await door.send(house(), 'profile', undefined, person.accessToken)).code).toBeNull();
    });
  },
  { AUTH_SESSIONS_PER_USER: '3' },
);
