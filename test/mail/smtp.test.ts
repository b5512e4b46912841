// Checks A1 to A5 and A8 to A11 of the mail: A6 and A12 are in killed.test.ts, A7 is in two-nodes.test.ts.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { newPerson, type Person, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { until } from '../support/until';

const opened: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});
const openAt = async (url: string, environment: Readonly<Record<string, string>> = {}): Promise<House> => {
  const house = await openHouse('sqlite', { AUTH_MAIL_URL: url, AUTH_EMAIL_VERIFICATION: 'off', ...environment }); // registering sends nothing
  opened.push(house);
  return house;
};
const sinkWith = async (...how: Parameters<typeof openSmtpSink>): Promise<SmtpSink> => {
  const sink = await openSmtpSink(...how);
  opened.push(sink);
  return sink;
};

/** Changes the password, of which the owner is told, and gives how long that took, in milliseconds. */
async function changePassword(house: House, person: Person, number = 0): Promise<number> {
  const [currentPassword, newPassword] = [number, number + 1].map((each) => (each === 0 ? person.password : `another quiet gate ${each}`));
  const startedAt = performance.now();
  const answer = await rest.send(house, 'changePassword', { currentPassword, newPassword }, person.accessToken);
  expect(answer.status).toBe(200);
  return performance.now() - startedAt;
}

const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
const waiting = ({ app }: House): Promise<number> => app.services.database.client.mail.count();

/** An SMTP error of the sink. */
const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

it('A1 A mail comes within 2 s: who it is from and to, that it is automatic, and one link in text and HTML that begins with PUBLIC_URL', async () => {
  const sink = await sinkWith();
  const house = await openAt(sink.url, { AUTH_MAIL_FROM: 'Example <no-reply@example.com>' });
  const person = await newPerson(house);
  await changePassword(house, person);
  await until('a mail is there', () => sink.messages.length > 0, 2_000);
  const mail = await sink.first(person.email);
  expect(mail).toMatchObject({
    from: 'no-reply@example.com',
    to: person.email,
    subject: 'Your password was changed',
    headers: {
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'content-language': 'en',
      'message-id': expect.stringMatching(/^<[\da-f-]{36}@example\.com>$/),
    },
  });
  expect(mail.link).toMatch(/^http:\/\/gatehouse\.test\/account\/link\/gatehouse_ml_[\w-]{64}$/);
  expect([...mail.html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)).toEqual([mail.link, mail.link]);
  expect(mail.text).toContain(`Account: ${person.username}`);
  expect(sink.messages.map(({ recipients }) => recipients)).toEqual([[person.email]]);
  await until('the outbox is empty', async () => (await waiting(house)) === 0);
});

it('A1 Where an address has to be proved a code comes within 2 s, the same in text and HTML, beside its link', async () => {
  const sink = await sinkWith();
  const house = await openAt(sink.url, { AUTH_EMAIL_VERIFICATION: 'required' });
  const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
  await rest.send(house, 'register', person);
  const { code } = await rest.send(house, 'login', { username: person.username, password: person.password });
  expect(code).toBe('EMAIL_NOT_VERIFIED');
  await until('a mail is there', () => sink.messages.length > 0, 2_000);
  const mail = await sink.first(person.email);
  expect(mail).toMatchObject({ subject: 'Confirm your address', code: expect.stringMatching(/^\d{8}$/) });
  expect(mail.html.match(/\b\d{4} \d{4}\b/g)).toEqual([mail.code?.replace(/^\d{4}/, '$& ')]);
  expect([...mail.html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)).toEqual([mail.link, mail.link]);
  expect(mail.link).toMatch(/^http:\/\/gatehouse\.test\/account\/link\/gatehouse_ml_[\w-]{64}$/);
});

it('A2 The link is that of PUBLIC_URL, whatever host a request names', async () => {
  const sink = await sinkWith();
  const house = await openAt(sink.url);
  const person = await newPerson(house);
  const body = JSON.stringify({ current_password: person.password, new_password: 'another quiet gate' });
  const status = await new Promise((resolve, reject) => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'content-type': 'application/json',
      authorization: `Bearer ${person.accessToken}`,
    };
    request(`${house.url}/v1/password`, { method: 'PUT', headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(body);
  });
  expect(status).toBe(200);
  const mail = await sink.first(person.email);
  expect(mail.link).toMatch(/^http:\/\/gatehouse\.test\//);
  expect(mail.text + mail.html).not.toContain('evil');
});

it('A3 With the mail server down a request is answered alike and as fast, and what it told comes when the server is back', async () => {
  const first = await openSmtpSink();
  const house = await openAt(first.url);
  const person = await newPerson(house);
  const up: number[] = [];
  for (let number = 0; number < 15; number += 1) up.push(await changePassword(house, person, number));
  await house.app.services.mailer?.sendDue();
  await first.close();
  const down: number[] = [];
  for (let number = 15; number < 30; number += 1) down.push(await changePassword(house, person, number));
  expect(median(down)).toBeLessThan(5 * median(up));
  await house.app.services.mailer?.sendDue();
  expect(await waiting(house)).toBe(15);
  const again = await sinkWith({}, first.port);
  house.clock.advance(6);
  await until('everything is there', () => again.messages.length === 15); // the node looks by itself
  await until('nothing waits any more', async () => (await waiting(house)) === 0); // a row goes after the server has its mail
});

it('A4 A mail that is put off twice (451) comes at the third try', async () => {
  let tries = 0;
  const sink = await sinkWith({
    onRcptTo: (_address, _session, done) => {
      tries += 1;
      done(tries <= 2 ? refusal(451, 'try again later') : null);
    },
  });
  const house = await openAt(sink.url);
  const person = await newPerson(house);
  const { mailer } = house.app.services;
  await changePassword(house, person);
  for (const [seconds, expected] of [
    [0, 1],
    [4, 1],
    [2, 2],
    [28, 2],
    [3, 3],
  ] as const) {
    house.clock.advance(seconds);
    await mailer?.sendDue();
    expect([seconds, tries]).toEqual([seconds, expected]);
  }
  expect(sink.messages).toHaveLength(1);
  expect([mailer?.counts.get('sent'), mailer?.counts.get('postponed'), mailer?.counts.get('failed')]).toEqual([1, 2, 0]);
});

it('A4 A mail that is refused for good (550) is given up: mail.failed is in the audit, and the address in neither row nor log', async () => {
  let tries = 0;
  const sink = await sinkWith({
    onRcptTo: ({ address }, _session, done) => {
      tries += 1;
      done(refusal(550, `5.1.1 <${address}>: no such user`));
    },
  });
  const house = await openAt(sink.url);
  const person = await newPerson(house);
  await changePassword(house, person);
  await house.app.services.mailer?.sendDue();
  house.clock.advance(3600);
  await house.app.services.mailer?.sendDue();
  expect([tries, await waiting(house)]).toEqual([1, 0]);
  const rows = await house.app.services.database.client.auditEvent.findMany({ where: { event: 'mail.failed' } });
  expect(rows).toMatchObject([
    {
      outcome: 'refused',
      userId: person.id,
      detail: 'password-changed: the server refused the sender or the recipient (EENVELOPE 550)',
    },
  ]);
  expect(JSON.stringify(rows) + JSON.stringify(house.log)).not.toContain(person.email);
});

it('A4 A mail whose code is over is given up, and one whose token is gone is sent to nobody', async () => {
  const sink = await sinkWith({ onRcptTo: (_address, _session, done) => done(refusal(451, 'try again later')) });
  const house = await openAt(sink.url);
  const { client } = house.app.services.database;
  const [slow, gone] = [await newPerson(house), await newPerson(house)];
  await changePassword(house, slow);
  await changePassword(house, gone);
  await house.app.services.mailer?.sendDue();
  await client.user.delete({ where: { id: gone.id } });
  house.clock.advance(7 * 86_400 + 1);
  await house.app.services.mailer?.sendDue();
  await until('nothing waits any more', async () => (await waiting(house)) === 0); // a row goes after the server has its mail
  const rows = await client.auditEvent.findMany({ where: { event: 'mail.failed' }, select: { userId: true, detail: true } });
  expect(rows).toEqual([{ userId: slow.id, detail: 'password-changed: it was not taken in time' }]);
});

it('A4 A mail that cannot be made, by a newer kind or by a defect, waits a week and is given up, and holds up no other', async () => {
  const sink = await sinkWith();
  const house = await openAt(sink.url);
  house.expectDefects();
  const { database, mailer } = house.app.services;
  const now = new Date(house.clock.now());
  const row = { recipient: 'kate@example.com', tokenId: null, locale: null, attempts: 0, dueAt: now, createdAt: now };
  await database.client.mail.createMany({
    data: [
      { ...row, id: 'newer', kind: 'kind-of-next-year', facts: '{}' },
      { ...row, id: 'spoilt', kind: 'deletion-cancelled', facts: '{' },
    ],
  });
  await mailer?.sendDue();
  const waits = async () => database.client.mail.findMany({ orderBy: { id: 'asc' }, select: { id: true, attempts: true, holder: true } });
  expect(await waits()).toEqual([
    { id: 'newer', attempts: 1, holder: null },
    { id: 'spoilt', attempts: 1, holder: null },
  ]);
  const person = await newPerson(house);
  await changePassword(house, person);
  await mailer?.sendDue();
  expect(sink.messages).toHaveLength(1);
  house.clock.advance(7 * 86_400);
  await mailer?.sendDue();
  await until('nothing waits any more', async () => (await waiting(house)) === 0); // a row goes after the server has its mail
  const events = await database.client.auditEvent.findMany({ where: { event: 'mail.failed' }, select: { detail: true } });
  expect(events.map(({ detail }) => detail).sort()).toEqual([
    'deletion-cancelled: it cannot be made',
    'kind-of-next-year: this version of the gateway has no text for it',
  ]);
});

it('A5 A transaction that is rolled back has no mail', async () => {
  const sink = await sinkWith();
  const house = await openAt(sink.url);
  const person = await newPerson(house);
  const { database, outbox, mailer } = house.app.services;
  const rolledBack = database.transaction(async (queries) => {
    await outbox.post(queries, { kind: 'deletion-cancelled', recipient: person.email, facts: { username: person.username } });
    const row = await queries.user.findUniqueOrThrow({ where: { id: person.id } });
    await queries.user.create({ data: { ...row, id: 'another' } });
  });
  await expect(rolledBack).rejects.toMatchObject({ code: 'P2002' });
  await mailer?.sendDue();
  expect([await waiting(house), sink.messages.length]).toEqual([0, 0]);
});

/** Takes connections, and says nothing. */
async function openSilentServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

it('A8 With a mail server that never greets requests are answered in their usual time, and mails wait', async () => {
  const silent = await openSilentServer();
  opened.push(silent);
  const quiet = await openAt('off');
  const house = await openAt(silent.url);
  const health = async (asked: House): Promise<number> => {
    const startedAt = performance.now();
    expect((await fetch(`${asked.url}/health`)).status).toBe(200);
    return performance.now() - startedAt;
  };
  const [somebody, person] = [await newPerson(quiet), await newPerson(house)];
  const usual: number[] = [];
  const silently: number[] = [];
  const healths: number[] = [];
  for (let number = 0; number < 10; number += 1) {
    usual.push(await changePassword(quiet, somebody, number));
    silently.push(await changePassword(house, person, number));
    healths.push(await health(house));
  }
  expect(median(silently)).toBeLessThan(5 * median(usual));
  expect(median(healths)).toBeLessThan(1_000); // the server would be given up after 1.5 s
  await until('a mail was put off', () => house.log.some(({ msg }) => msg === 'a mail has to wait'));
  expect(house.log.find(({ msg }) => msg === 'a mail has to wait')).toMatchObject({
    level: 'warn',
    kind: 'password-changed',
    reason: expect.stringMatching(/^the server does not answer in time \(ETIMEDOUT\)$/),
  });
  expect(await waiting(house)).toBe(10);
});

describe('An address', () => {
  it('A9 An address with a quoted name, a line break, a comma or 255 characters is refused before any mail', async () => {
    const sink = await sinkWith();
    const house = await openAt(sink.url);
    const wrong = [
      '"kate"@example.com',
      'kate@example.com\r\nBcc: z@example.com',
      'a@example.com, z@example.com',
      `${'a'.repeat(243)}@example.com`,
    ];
    for (const email of wrong) {
      const answer = await rest.send(house, 'register', { username: 'kate', email, password: 'a quiet garden gate' });
      expect([email, answer.status, answer.code]).toEqual([email, 400, 'BAD_USER_INPUT']);
    }
    expect([await waiting(house), sink.messages.length]).toEqual([0, 0]);
  });

  it('A9 An address whose domain and whose name are international gets its mail', async () => {
    const sink = await sinkWith({ hideSMTPUTF8: false });
    const house = await openAt(sink.url);
    const wanted = ['kate@münchen.example', 'käthe@example.com'];
    for (const [number, email] of wanted.entries()) {
      const credentials = { username: `kate${number}`, email, password: 'a quiet garden gate' };
      const { body } = await rest.send(house, 'register', credentials);
      await changePassword(house, { ...credentials, id: body.user.id, sessionId: '', refreshToken: '', accessToken: body.accessToken });
    }
    await house.app.services.mailer?.sendDue();
    expect(sink.messages.map(({ recipients }) => recipients[0]?.normalize()).sort()).toEqual([...wanted].sort()); // the sink reads Punycode
  });
});

it('A10 Neither the database nor the log has a code or a link that a mail had', async () => {
  const first = await openSmtpSink();
  await first.close(); // so that everything lies in the outbox for a while
  const house = await openAt(`smtp://127.0.0.1:${first.port}`);
  const people = [await newPerson(house), await newPerson(house), await newPerson(house)];
  for (const person of people) await changePassword(house, person);
  await postCodes(house, people);
  await house.app.services.mailer?.sendDue();
  expect(await waiting(house)).toBe(6);
  const file = house.databaseUrl.slice('file:'.length);
  const dump = ['', '-wal'].map((end) => readFileSync(file + end, 'latin1')).join('');
  const sink = await sinkWith({}, first.port);
  house.clock.advance(6);
  await house.app.services.mailer?.sendDue();
  expect(sink.messages).toHaveLength(6);
  const after = readFileSync(file, 'latin1') + readFileSync(`${file}-wal`, 'latin1');
  const kept = dump + after + JSON.stringify(house.log);
  const secrets = sink.messages.flatMap(({ bytes }) => secretsOf(bytes));
  expect(secrets.length).toBe(3 * 2 + 3 * 3); // the token and what is new in it; of codes their two spellings
  for (const secret of secrets) expect([secret, kept.includes(secret)]).toEqual([secret, false]);
  expect(kept).toContain(people[0]?.email); // it would have been found
});

/** A mail with a code to each. */
async function postCodes(house: House, people: readonly Person[]): Promise<void> {
  const { database, mailTokens, outbox } = house.app.services;
  for (const { id, email, username } of people)
    await database.transaction(async (queries) => {
      const user = { id, generation: 0 };
      const token = await mailTokens.issue(queries, { purpose: 'REAUTHENTICATE', user, email, emailKey: email });
      await outbox.post(queries, { kind: 'reauthentication-code', recipient: email, tokenId: token.id, facts: { username } });
    });
}

function secretsOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1').replaceAll('=\r\n', ''); // quoted-printable
  const token = /gatehouse_ml_[\w-]{64}/.exec(text)?.[0];
  const [, left, right] = /Your code: (\d{4}) (\d{4})/.exec(text) ?? [];
  return [
    ...(token === undefined ? [] : [token, token.slice(40)]),
    ...(left === undefined ? [] : [`${left} ${right}`, `${left}${right}`, `${left}-${right}`]),
  ];
}

it('A11 Where a server of another machine offers no TLS nothing is sent, and the log says why', async () => {
  const sink = await sinkWith();
  const house = await openAt(`smtp://[::ffff:127.0.0.1]:${sink.port}`); // a spelling that the rule does not take for this machine
  const person = await newPerson(house);
  await changePassword(house, person);
  await house.app.services.mailer?.sendDue();
  expect([sink.messages.length, await waiting(house)]).toEqual([0, 1]);
  expect(house.log.filter(({ msg }) => msg === 'a mail has to wait').map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^the server does not offer TLS, or its certificate is not good \(ETLS/),
  ]);
});

it('A wrong password for the mail server costs no mail: it waits until the setting is mended', async () => {
  const sink = await sinkWith({ authOptional: false, onAuth: (_auth, _session, done) => done(refusal(535, 'no')) });
  const house = await openAt(sink.url.replace('//', '//kate:a-wrong-password@'));
  const person = await newPerson(house);
  await changePassword(house, person);
  await house.app.services.mailer?.sendDue();
  expect(await waiting(house)).toBe(1);
  const [line] = house.log.filter(({ msg }) => msg === 'a mail has to wait');
  expect(line).toMatchObject({ reason: expect.stringMatching(/^the server refused the user and the password \(EAUTH/) });
  expect(JSON.stringify(house.log)).not.toContain('a-wrong-password');
});
