import { runCommand } from '../support/command';
import { newPerson, rest, uniqueName } from '../support/doors';
import { defaultLimits, onBothDatabases } from '../support/house';

const wrong = 'not the password';

onBothDatabases(
  'a limit that an account has reached',
  (house) => {
    const reachedOf = async (who: string) => {
      const { out } = await runCommand(house(), ['audit', '--user', who, '--event', 'limit.reached', '--json']);
      return (JSON.parse(out) as { detail: string }[]).map(({ detail }) => detail);
    };
    const fail = async (username: string, times: number, headers: Record<string, string> = {}) => {
      for (let time = 0; time < times; time += 1) await rest.send(house(), 'login', { username, password: wrong }, undefined, headers);
    };

    it('is among the events of its user, by name, address and id; a network’s is nobody’s', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      await fail(kate.username, 5);
      await fail(lars.username, 1); // the sixth of the network
      house().clock.advance(30);
      await fail(kate.username, 1); // once is enough to tell
      for (const who of [kate.username, kate.email, kate.id]) expect(await reachedOf(who)).toEqual(['login']);
      expect(await reachedOf(lars.username)).toEqual([]);
      const all = await house().app.services.database.client.auditEvent.findMany({ where: { event: 'limit.reached' } });
      expect(all.map(({ detail, userId, subject }) => [detail, userId, subject]).sort()).toEqual([
        ['login', kate.id, null],
        ['login-network', null, null],
      ]);
    });

    it('is found by the name of an account that does not exist, which is stored nowhere', async () => {
      const [kate, nobody] = [await newPerson(house()), uniqueName()];
      const { deviceToken } = (
        await rest.send(house(), 'login', { username: kate.username, password: kate.password }, undefined, {
          'x-forwarded-for': '192.0.2.1',
        })
      ).body;
      await fail(nobody, 5, { 'x-forwarded-for': '192.0.3.1' });
      await fail(kate.username, 5, { 'x-forwarded-for': '192.0.4.1', 'x-device-token': deviceToken });
      expect(await reachedOf(nobody)).toEqual(['login']);
      expect(await reachedOf(kate.username)).toEqual(['login-device']);
      expect(JSON.stringify(await house().app.services.database.client.auditEvent.findMany())).not.toContain(nobody);
    });
  },
  { ...defaultLimits, AUTH_TRUST_PROXY: '1', AUTH_LIMIT_LOGIN_NETWORK: '6' },
);
