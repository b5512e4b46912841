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
