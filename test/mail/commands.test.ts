import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examineMail } from '../../src/doctor/mail';
import { parseMailUrl } from '../../src/mail/mail.url';
import { runCommand } from '../support/command';
import { newFolder } from '../support/process';
import { openSmtpSink } from '../support/smtp-sink';

/** Over no database: a mail needs none. */
const run = (args: readonly string[], environment: Readonly<Record<string, string>>) =>
  runCommand({ databaseUrl: 'file:/nowhere/at/all.db', environment: {} }, args, environment);

describe('gatehouse mail test', () => {
  it('sends a mail by the server of AUTH_MAIL_URL, in the language that is asked for, and needs no database', async () => {
    const sink = await openSmtpSink();
    const settings = { AUTH_MAIL_URL: sink.url, AUTH_MAIL_FROM: 'Example <no-reply@example.com>' };
    const { code, out } = await run(['mail', 'test', 'kate@example.com', '--locale', 'de-AT'], settings);
    expect([code, out]).toEqual([
      0,
      `${sink.url} took a mail for kate@example.com, from Example <no-reply@example.com>. Look whether it arrives, and not as spam.\n`,
    ]);
    const mail = await sink.first('kate@example.com');
    expect(mail).toMatchObject({ from: 'no-reply@example.com', subject: 'Eine Mail zum Ausprobieren', code: null, link: null });
    expect(mail.text).toContain('Wer Example betreibt, wollte wissen, ob seine Mails ankommen.');
    const json = await run(['mail', 'test', 'kate@example.com', '--json'], settings);
    expect(JSON.parse(json.out)).toMatchObject({ to: 'kate@example.com', through: sink.url, id: expect.any(String) });
    await sink.close();
  });

  it('says why the server did not take it, and shows no password', async () => {
    const sink = await openSmtpSink({
      onRcptTo: (_to, _session, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
    });
    const AUTH_MAIL_URL = sink.url.replace('//', '//kate:canary@');
    const refused = await run(['mail', 'test', 'kate@example.com'], { AUTH_MAIL_URL: sink.url });
    expect([refused.code, refused.err]).toEqual([
      1,
      `Not sent to ${sink.url}: the server refused the sender or the recipient (EENVELOPE 550).\n`,
    ]);
    await sink.close();
    const down = await run(['mail', 'test', 'kate@example.com'], { AUTH_MAIL_URL });
    expect(down.err).toMatch(/^Not sent to smtp:\/\/\*\*\*@127\.0\.0\.1:\d+: there is no connection to the server \(ESOCKET\)\.\n$/);
  });

  it('refuses what is no address, and says that there is no mail where there is none', async () => {
    const AUTH_MAIL_URL = `file:${newFolder()}`;
    const wrong = await run(['mail', 'test', 'a@example.com, z@example.com'], { AUTH_MAIL_URL });
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('email must be an e-mail address')]);
    expect(readdirSync(AUTH_MAIL_URL.slice('file:'.length))).toEqual([]);
    const off = await run(['mail', 'test', 'kate@example.com'], { AUTH_MAIL_URL: 'off' });
    expect([off.code, off.err]).toEqual([1, 'There is no mail: set AUTH_MAIL_URL, see docs/mail.md.\n']);
  });
});

describe('gatehouse doctor, of mail', () => {
  const examine = (url: string) => examineMail({ mail: { target: parseMailUrl(url), from: undefined } });

  it('connects to the server and sends nothing, or writes into the folder', async () => {
    const sink = await openSmtpSink();
    expect(await examine(sink.url)).toMatchObject({ subject: 'mail', state: 'ok' });
    expect(sink.messages).toEqual([]);
    await sink.close();
    expect(await examine(sink.url)).toMatchObject({
      state: 'wrong',
      what: expect.stringContaining('there is no connection to the server'),
    });
    expect(await examine(`file:${newFolder()}/mail`)).toMatchObject({ state: 'ok' });
    const file = join(newFolder(), 'no-folder');
    writeFileSync(file, '');
    expect(await examine(`file:${file}`)).toMatchObject({ state: 'wrong', what: expect.stringContaining('cannot be written') });
  });

  it('warns where there is none', async () => {
    expect(await examine('off')).toMatchObject({ state: 'warning', mend: expect.stringContaining('AUTH_MAIL_URL') });
  });
});
