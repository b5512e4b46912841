/** Taking one's data along (O of the design): O1 to O10. The page of O3 comes with the hosted pages. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv from 'ajv/dist/2020';
import { exportedColumns } from '../../src/export/exported-columns';
import { everywhere, graphql, logIn, newPerson, rest, uniqueName } from '../support/doors';
import { defaultLimits, type House, onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { until } from '../support/until';
import { newVisitor } from '../support/visitors';

const mailbox = createMailbox();
const schema = JSON.parse(readFileSync('docs/account-export.schema.json', 'utf8'));
const validate = new Ajv({
  strict: false,
  formats: { uuid: true, 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
}).compile(schema);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const download = (house: House, token: string) => fetch(`${house.url}/v1/profile/export`, { headers: bearer(token) });

/** One row in every table that has something of a user. What must not get out holds `canary`. */
async function fill(house: House, userId: string, canary: string): Promise<void> {
  const { client } = house.app.services.database;
  const at = new Date(house.clock.now());
  const soon = new Date(at.getTime() + 3_600_000);
  await client.totp.create({
    data: { userId, secret: `${canary} totp`, pendingSecret: `${canary} pending`, confirmedAt: at, createdAt: at },
  });
  await client.recoveryCode.create({ data: { id: randomUUID(), userId, codeHash: `${canary} code`, createdAt: at } });
  await client.passkey.create({
    data: {
      id: randomUUID(),
      userId,
      credentialId: `credential ${userId}`,
      publicKey: 'public key',
      counter: 7n,
      verifiesUser: true,
      synced: false,
      name: 'Phone',
      createdAt: at,
    },
  });
  const subject = `subject ${userId}`;
  await client.identity.create({ data: { id: randomUUID(), userId, provider: 'p', issuer: 'https://p', subject, createdAt: at } });
  await client.mailToken.create({
    data: {
      id: randomUUID(),
      userId,
      purpose: 'CHANGE',
      email: 'new@x.io',
      emailKey: 'new@x.io',
      salt: `${canary} salt`,
      createdAt: at,
      expiresAt: soon,
    },
  });
  await client.reservedEmail.create({ data: { emailKey: `old-${userId}@x.io`, email: `old-${userId}@x.io`, userId, expiresAt: soon } });
}

/** So many events of half a kilobyte, by one statement. */
async function addEvents(house: House, userId: string, count: number): Promise<void> {
  const { client, provider } = house.app.services.database;
  const padding = 'x'.repeat(400);
  const at = new Date(house.clock.now() - 1_000_000);
  const atOnce = Math.min(count, 2_500); // a statement has 2 s
  for (let made = 0; made < count; made += atOnce)
    if (provider === 'postgresql')
      await client.$executeRaw`INSERT INTO "audit_events" ("id", "at", "event", "outcome", "userId", "userAgent", "detail")
        SELECT gen_random_uuid()::text, ${at}::timestamp + (${made}::int + n) * interval '1 millisecond', 'login', 'ok', ${userId}, ${padding}, 'padding'
        FROM generate_series(1, ${atOnce}::int) AS n`;
    else
      await client.$executeRaw`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${atOnce})
        INSERT INTO "audit_events" ("id", "at", "event", "outcome", "userId", "userAgent", "detail")
        SELECT lower(hex(randomblob(16))), ${at}, 'login', 'ok', ${userId}, ${padding}, 'padding' FROM numbers`;
}

/** The answer as it begins. */
const receive = (house: House, token: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(`${house.url}/v1/profile/export`, { headers: bearer(token), agent: false }, resolve).on('error', reject);
  });

/** When the gateway asks its database nothing more by itself. */
async function untilQuiet(house: House): Promise<void> {
  let before = -1;
  await until('the gateway reads no more', async () => {
    const now = house.queries.length;
    const isQuiet = now === before;
    before = now;
    await sleep(500);
    return isQuiet;
  });
}

const snake = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snake);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(inner)]),
  );
};

everywhere(
  'accountExport',
  (house, door) => {
    const ask = (token?: string) => door.send(house(), 'accountExport', undefined, token);

    it('gives everything that is kept about the caller, by its published schema (O2), and tells the owner (O8)', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      await door.send(house(), 'updateProfile', { name: 'Kate', bio: 'Gates' }, kate.accessToken);
      await fill(house(), kate.id, 'canary');
      const { status, body, headers } = await ask(kate.accessToken);
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect([validate(snake(body)), validate.errors]).toEqual([true, null]);
      expect(body).toMatchObject({
        format: 'gatehouse-account/1',
        profile: { id: kate.id, username: kate.username, email: kate.email, name: 'Kate', bio: 'Gates', roles: [], hasPassword: true },
        totp: { confirmedAt: expect.any(String) },
        recoveryCodes: [{ usedAt: null }],
        passkeys: [{ name: 'Phone', publicKey: 'public key' }],
        identities: [{ issuer: 'https://p', subject: `subject ${kate.id}` }],
        pendingMails: [{ purpose: 'VERIFY', email: kate.email }, { purpose: 'CHANGE', email: 'new@x.io' }, { purpose: 'DISPUTE' }],
        reservedEmails: [{ email: `old-${kate.id}@x.io` }],
      });
      expect(body.sessions.map(({ id }: { id: string }) => id).sort()).toEqual([kate.sessionId, phone.sessionId].sort());
      const events = body.events.map(({ event }: { event: string }) => event);
      expect(events).toEqual(['user.registered', 'login', 'profile.changed', 'account.exported']);
      const mail = await mailbox.next(kate.email, 'account-exported');
      expect([mail.link !== null, mail.text.includes(kate.username)]).toEqual([true, true]);
    });

    it('holds no hash, salt, secret or token (O4), and nothing of a thousand others (O5)', async () => {
      const { client } = house().app.services.database;
      const at = new Date(house().clock.now());
      const others = Array.from({ length: 1_000 }, () => `other-${uniqueName()}`);
      await client.user.createMany({
        data: others.map((name) => ({
          id: randomUUID(),
          username: name,
          usernameKey: name,
          email: name,
          emailKey: name,
          createdAt: at,
          updatedAt: at,
        })),
      });
      const lars = await newVisitor(house());
      await fill(house(), lars.id, 'canary of lars');
      const kate = await newPerson(house());
      await fill(house(), kate.id, 'canary');
      const { text } = await ask(kate.accessToken);
      const user = await client.user.findUniqueOrThrow({ where: { id: kate.id }, include: { sessions: true, mailTokens: true } });
      const secrets = [
        'canary',
        user.passwordHash,
        ...user.sessions.map(({ refreshSalt }) => refreshSalt),
        ...user.mailTokens.flatMap(({ id, salt }) => [id, salt]),
        kate.accessToken,
        kate.refreshToken,
        'gatehouse_',
        'ghr_',
        'gh1$',
        'other-',
        lars.id,
        lars.username,
        lars.sessionId,
      ];
      for (const secret of secrets) expect([secret, text.includes(secret ?? 'nothing')]).toEqual([secret, false]);
    });

    it('asks for a fresh session (O1), and for a session at all', async () => {
      const kate = await newPerson(house());
      house().clock.advance(11 * 60);
      expect((await ask(kate.accessToken)).code).toBe('REAUTHENTICATION_REQUIRED');
      for (const token of [undefined, 'garbage']) expect((await ask(token)).code).toBe('UNAUTHENTICATED');
      const events = await house().app.services.database.client.auditEvent.findMany({ where: { userId: kate.id } });
      expect(events.map(({ event }) => event)).not.toContain('account.exported');
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'the export',
  (house) => {
    it('is the same through both doors, but for its names (O3)', async () => {
      const kate = await newPerson(house());
      await fill(house(), kate.id, 'canary');
      const [through, direct] = [
        await graphql.send(house(), 'accountExport', undefined, kate.accessToken),
        (await (await download(house(), kate.accessToken)).json()) as Record<string, unknown[]>,
      ];
      const first = snake(through.body) as Record<string, unknown[]>;
      const comparable = ({ exported_at: _, events, pending_mails: mails, ...rest }: Record<string, unknown[]>) => ({
        ...rest,
        events: events?.slice(0, 2),
        mails: mails?.slice(0, 2),
      });
      expect(comparable(direct)).toEqual(comparable(first));
    });

    it('is a file, by its headers, through REST', async () => {
      const { accessToken } = await newPerson(house());
      const { headers } = await download(house(), accessToken);
      expect(Object.fromEntries(['content-type', 'content-disposition', 'cache-control'].map((name) => [name, headers.get(name)]))).toEqual(
        {
          'content-type': 'application/json; charset=utf-8',
          'content-disposition': 'attachment; filename="account.json"',
          'cache-control': 'no-store',
        },
      );
    });

    it('of 50,000 events is written while it is read: memory holds a few pages of it, and others are served meanwhile (O6)', async () => {
      const kate = await newPerson(house());
      await addEvents(house(), kate.id, 50_000);
      const asked = house().queries.length;
      const response = await receive(house(), kate.accessToken);
      await new Promise((resolve) => response.once('readable', resolve)); // and nobody reads on
      await untilQuiet(house());
      expect(house().queries.length - asked).toBeLessThan(60);
      expect((await fetch(`${house().url}/health`)).status).toBe(200);
      let [count, answered, rest, isDone] = [0, 0, '', false];
      const asking = (async () => {
        while (!isDone) {
          expect((await fetch(`${house().url}/health`)).status).toBe(200);
          answered += 1;
        }
      })();
      for await (const chunk of response) {
        const parts = (rest + String(chunk)).split('"padding"');
        count += parts.length - 1;
        rest = parts.at(-1)?.slice(-20) ?? '';
      }
      isDone = true;
      await asking;
      expect(count).toBe(50_000);
      expect(house().queries.length - asked).toBeGreaterThan(100); // pages of 500
      expect(answered).toBeGreaterThan(1); // while it was read
    }, 300_000);

    it('that its client leaves half way is no error in the log (O10), and keeps no query going', async () => {
      const kate = await newPerson(house());
      await addEvents(house(), kate.id, 20_000);
      const asked = house().queries.length;
      const response = await receive(house(), kate.accessToken);
      await new Promise((resolve) => response.once('readable', resolve));
      response.destroy();
      await untilQuiet(house());
      expect(house().queries.length - asked).toBeLessThan(60);
      expect(house().log.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level))).toEqual([]);
    }, 300_000);
  },
  mailbox.environment,
);

onBothDatabases(
  'the limit of exports',
  (house) => {
    it('lets five a day through, and refuses the sixth through either door (O7)', async () => {
      house().clock.stop();
      const kate = await newPerson(house());
      for (let turn = 0; turn < 5; turn += 1) {
        const { code } = await (turn % 2 === 0 ? graphql : rest).send(house(), 'accountExport', undefined, kate.accessToken);
        expect([turn, code]).toEqual([turn, null]);
      }
      for (const door of [graphql, rest]) {
        const refused = await door.send(house(), 'accountExport', undefined, kate.accessToken);
        expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '3600']);
      }
      const other = await newPerson(house());
      expect((await rest.send(house(), 'accountExport', undefined, other.accessToken)).code).toBeNull();
    });
  },
  { ...mailbox.environment, ...defaultLimits },
);

describe('the table of columns', () => {
  const models = readFileSync('prisma/models.prisma', 'utf8');
  const columns = [...models.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].flatMap(([, model = '', body = '']) =>
    [...body.matchAll(/^ {2}(\w+)\s+(String|Int|BigInt|Boolean|DateTime)\b/gm)].map(([, column = '']) => `${model}.${column}`),
  );

  it('knows every column of every model, and no other (O9): one without a decision does not compile either', () => {
    const known = Object.entries(exportedColumns).flatMap(([model, decisions]) =>
      Object.keys(decisions).map((column) => `${model}.${column}`),
    );
    expect(columns.length).toBeGreaterThan(100);
    expect(known.sort()).toEqual([...columns].sort());
  });

  it('says of each column that is left out why', () => {
    for (const [model, decisions] of Object.entries(exportedColumns))
      for (const [column, decision] of Object.entries(decisions))
        if (decision !== true) expect([`${model}.${column}`, decision.length > 8]).toEqual([`${model}.${column}`, true]);
  });
});
