import { randomBytes } from 'node:crypto';
import { loadConfig, settings } from '../../src/app/load-config';
import { runCommand } from '../support/command';

const secret = randomBytes(32).toString('base64');

/** As a process would run it, in this one. */
const check = (environment: Record<string, string>, ...options: string[]) =>
  runCommand({ databaseUrl: 'file:nowhere.db', environment: {} }, ['config', 'check', ...options], environment);

const settingsOf = async (environment: Record<string, string>) =>
  (JSON.parse((await check(environment, '--json')).out) as { settings: Record<string, unknown> }).settings;

describe('config check', () => {
  it('prints every setting under its variable, as it is in force, for a person and for a program', async () => {
    const { out, code } = await check({ PORT: '5000' });
    expect(code).toBe(0);
    const shown = Object.fromEntries(out.split('\n').map((line) => line.split(/ +(.*)/)));
    expect(Object.keys(shown).filter((name) => name !== '')).toEqual([...settings.keys()]);
    expect(shown).toMatchObject({
      PORT: '5000',
      PUBLIC_URL: 'http://localhost:5000',
      AUTH_AUDIENCE: 'http://localhost:5000',
      AUTH_PASSWORD_POLICY: 'basic',
      AUTH_EXPLORER: 'on',
      AUTH_LIMIT_LOGIN: '5',
      AUTH_CORS_ORIGINS: 'none',
      METRICS_PORT: 'none',
    });
    expect(Number(shown.AUTH_HASH_THREADS)).toBeGreaterThan(0);
    expect(out).not.toMatch(/\[object|undefined|^\S+ +-$/m);
    expect(await settingsOf({ NODE_ENV: 'production', AUTH_SECRET: secret })).toMatchObject({
      AUTH_PASSWORD_POLICY: 'standard',
      AUTH_EXPLORER: false,
      AUTH_INTROSPECTION: false,
      AUTH_SECRET: ['***'],
      METRICS_PORT: null,
      AUTH_CORS_ORIGINS: [],
    });
  });

  it.each([
    'postgresql://kate:canary@db.internal/users',
    'postgresql://kate:can@canary@db.internal/users',
    'postgresql://kate:canary/canary@db.internal/users',
    'postgresql://kate:12/canary@db.internal/users',
    'postgresql://kate:can?canary@db.internal/users',
    'postgresql://kate:can#canary@db.internal/users',
    'postgresql://kate:12#canary@db.internal/users',
    'postgresql://kate:12/can%40canary@db.internal/users',
    'postgresql://db.internal/users?password=canary',
    'postgresql://db.internal/users?sslpassword=a@canary#canary',
    'postgresql://kate:canary@one.internal:5432,two.internal:5432/users',
    'file:./data/gatehouse.db?authToken=canary',
  ])('shows no secret of %s', async (DATABASE_URL) => {
    const { ok } = loadConfig({ DATABASE_URL, AUTH_SECRET: secret });
    for (const options of [[], ['--json']]) {
      const { out, err } = await check({ DATABASE_URL, AUTH_SECRET: secret }, ...options);
      expect(out.includes('***')).toBe(ok); // a setting that is refused is told of by its name alone
      expect(out + err).not.toMatch(/canary/);
      expect(out + err).not.toContain(secret);
    }
  });

  it('shows where the database is, where that is certain', async () => {
    const { DATABASE_URL } = await settingsOf({ DATABASE_URL: 'postgresql://kate:pw@db.internal:5433/users', AUTH_SECRET: secret });
    expect(DATABASE_URL).toBe('postgresql://***@db.internal:5433/users');
  });

  it('shows where mails go, and whom they are from, without the user and the password of the server', async () => {
    const AUTH_MAIL_URL = 'smtps://kate%40example.com:can%40canary@mail.example.com';
    for (const options of [[], ['--json']]) expect((await check({ AUTH_MAIL_URL }, ...options)).out).not.toMatch(/canary|kate/);
    expect(await settingsOf({ AUTH_MAIL_URL, PUBLIC_URL: 'https://auth.example.com' })).toMatchObject({
      AUTH_MAIL_URL: 'smtps://***@mail.example.com:465',
      AUTH_MAIL_FROM: 'no-reply@auth.example.com',
    });
    expect(await settingsOf({ AUTH_MAIL_FROM: 'Example <a@example.com>' })).toMatchObject({
      AUTH_MAIL_URL: 'file:./data/mail',
      AUTH_MAIL_FROM: 'Example <a@example.com>',
    });
  });

  it('shows neither a user nor a query of any other address', async () => {
    const shown = await settingsOf({ AUTH_SIGN_IN_URL: 'https://kate:canary@app.example.com/sign-in?key=canary' });
    expect(shown.AUTH_SIGN_IN_URL).toBe('https://***@app.example.com/sign-in?***');
  });
});
