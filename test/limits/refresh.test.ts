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
      expect((await refresh(other.refreshToken)).code).toBeNull();
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
