import { everywhere, whoAmI } from '../support/doors';
import { anotherDevice, newVisitor } from '../support/visitors';

everywhere(
  'refreshing all the time',
  (house, door) => {
    const refresh = (refreshToken: string) => door.send(house(), 'refresh', { refreshToken });
    beforeAll(() => house().clock.stop());

    it('has to wait, session by session, and ends nothing', async () => {
      const kate = await newVisitor(house());
      const other = await anotherDevice(house(), kate);
      let { refreshToken } = kate;
      for (let time = 0; time < 3; time += 1) refreshToken = (await refresh(refreshToken)).body.refreshToken; // the first one costs no try
      const refused = await refresh(refreshToken);
      expect([refused.status, refused.code, refused.body.retryAfterSeconds]).toEqual([429, 'RATE_LIMITED', 5]);
      for (let time = 0, own = other.refreshToken; time < 3; time += 1) {
        const { code, body } = await refresh(own);
        expect(code).toBeNull();
        own = body.refreshToken;
      }
      house().clock.advance(5);
      const { code, body } = await refresh(refreshToken);
      expect([code, await whoAmI(house(), body.accessToken)]).toMatchObject([null, { id: kate.id }]);
    });

    it('costs who refreshes once a minute nothing', async () => {
      const kate = await newVisitor(house());
      let { refreshToken } = kate;
      const attempts = () => house().app.services.database.client.attempt.count();
      const before = await attempts();
      for (let time = 0; time < 4; time += 1) {
        house().clock.advance(60);
        const { code, body } = await refresh(refreshToken);
        expect(code).toBeNull();
        refreshToken = body.refreshToken;
      }
      expect(await attempts()).toBe(before);
    });
  },
  { AUTH_LIMIT_REFRESH: '2' },
);

everywhere(
  'many tabs of one browser that are restored at once',
  (house, door) => {
    it('are refreshed and shown their profile, all of them, however lately the session was refreshed', async () => {
      const kate = await newVisitor(house());
      let { refreshToken } = kate;
      const rows = house().app.services.database.client.attempt;
      const before = (await rows.findMany()).map(({ key }) => key);
      for (let round = 0; round < 3; round += 1) {
        const tabs = await Promise.all(
          Array.from({ length: 80 }, async () => {
            const refreshed = await door.send(house(), 'refresh', { refreshToken });
            const profile = await door.send(house(), 'profile', undefined, refreshed.body.accessToken);
            return { codes: [refreshed.code, profile.code], token: refreshed.body.refreshToken as string };
          }),
        );
        // A machine that is busy with other work may say UNAVAILABLE; the limits say nothing, and nobody is taken for a thief.
        const served = tabs.filter(({ codes }) => !codes.includes('UNAVAILABLE'));
        expect(served.map(({ codes }) => codes)).toEqual(served.map(() => [null, null]));
        expect(new Set(served.map(({ token }) => token)).size).toBe(1);
        refreshToken = served[0]?.token ?? '';
      }
      const counted = await rows.findMany({ where: { key: { notIn: before } } });
      expect(counted.map(({ used }) => used)).toEqual([2]); // the first costs nothing
    });
  },
  { AUTH_LIMIT_REFRESH: '60' },
);
