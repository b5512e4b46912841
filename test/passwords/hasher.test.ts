import { createHmac, randomBytes } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import type { Argon2Recipe, HashRecipe } from '../../src/passwords/hash-recipe';
import { createHashingPool, type HashingPool } from '../../src/passwords/hashing.pool';
import { createPasswordHasher } from '../../src/passwords/password.hasher';
import { createSecrets } from '../../src/secrets';
import { plainClient } from '../support/proof';

const [newer, older, foreign] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [string, string, string];
const secrets = createSecrets([newer, older]);
const caller = plainClient();
const bcrypt = (cost: number): HashRecipe => ({ algorithm: 'bcrypt', cost });
/** As little as Argon2 lets through, so that the tests are quick. */
const argon2id = (memoryKiB = 64, passes = 2): Argon2Recipe => ({ algorithm: 'argon2id', memoryKiB, passes, lanes: 1 });

describe('the password hasher', () => {
  let pool: HashingPool;
  beforeAll(() => {
    pool = createHashingPool(2);
  });
  afterAll(() => pool.close());

  const hasher = () => createPasswordHasher(pool, secrets, bcrypt(10));
  const verify = (password: string, stored: string | null) => hasher().verify(password, stored, caller);

  it('stores the version, the id of the pepper, and bcrypt of the peppered password', async () => {
    const stored = await hasher().hash('a quiet garden gate', caller);
    expect(stored).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$10\$[./A-Za-z0-9]{53}$/);
    expect(stored.slice(4, 12)).toBe(secrets.current.id);
    expect(await hasher().hash('a quiet garden gate', caller)).not.toBe(stored);
    expect(await verify('a quiet garden gate', stored)).toEqual({ matches: true, isOutdated: false });
    expect(await verify('a quiet garden gates', stored)).toEqual({ matches: false, isOutdated: false });
  });

  it.each([
    ['the 73rd byte', `${'x'.repeat(72)}a`, `${'x'.repeat(72)}b`],
    ['the last of 64 emoji', `${'🦉'.repeat(63)}🦊`, '🦉'.repeat(64)],
    ['what comes after a NUL', 'garden\0gate', 'garden\0door'],
    ['a repetition, which bcrypt takes for the same key', 'abcabcabcabc', 'abcabcabc'],
  ])('counts %s', async (_what, password, other) => {
    const stored = await hasher().hash(password, caller);
    expect((await verify(password, stored)).matches).toBe(true);
    expect((await verify(other, stored)).matches).toBe(false);
  });

  it('takes one password for the same however the keyboard composes it', async () => {
    const stored = await hasher().hash('Äpfel ﬁnden', caller);
    expect((await verify('A\u0308pfel finden', stored)).matches).toBe(true);
  });

  it('verifies with an older pepper, and calls it outdated', async () => {
    const stored = await createPasswordHasher(pool, createSecrets([older]), bcrypt(10)).hash('a quiet garden gate', caller);
    expect(await verify('a quiet garden gate', stored)).toEqual({ matches: true, isOutdated: true });
    expect((await verify('a quiet garden door', stored)).matches).toBe(false);
  });

  it('calls another cost outdated', async () => {
    const stored = await hasher().hash('a quiet garden gate', caller);
    expect(await createPasswordHasher(pool, secrets, bcrypt(11)).verify('a quiet garden gate', stored, caller)).toEqual({
      matches: true,
      isOutdated: true,
    });
  });

  it.each(['2a', '2b', '2y'])('verifies a plain $%s$ hash of an imported user, and calls it outdated', async (version) => {
    const imported = hashSync('a quiet garden gate', 4).replace(/^\$2.\$/, `$${version}$`);
    expect(await verify('a quiet garden gate', imported)).toEqual({ matches: true, isOutdated: true });
    expect(await verify('a quiet garden door', imported)).toEqual({ matches: false, isOutdated: false });
  });

  describe('compares once, and refuses', () => {
    const real = hashSync(createHmac('sha384', secrets.current.key('password-pepper')).update('garden').digest('base64'), 4);
    it.each([
      ['no hash at all', null],
      ['an empty one', ''],
      ['a pepper that nobody has', `gh1$${createSecrets([foreign]).current.id}${real}`],
      ['a version of the future', `gh2$${secrets.current.id}${real}`],
      ['an absurd cost', real.replace('$04$', '$31$')],
      ['a cost just above the limit', real.replace('$04$', '$16$')],
      ["a cost below bcrypt's own", real.replace('$04$', '$03$')],
      ['the broken $2x$', real.replace('$2b$', '$2x$')],
      ['a hash cut short', real.slice(0, -1)],
      ['another algorithm', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG'],
    ])('%s', async (_what, stored) => {
      const before = pool.statistics().completed;
      expect(await verify('garden', stored)).toEqual({ matches: false, isOutdated: false });
      expect(pool.statistics().completed - before).toBe(1);
    });
  });

  describe('does the same work for every refusal', () => {
    const rounds = async (check: () => Promise<unknown>) => {
      const before = pool.statistics().work;
      await check();
      return pool.statistics().work - before;
    };
    const refusals: readonly [string, string | null][] = [
      ['nobody', null],
      ['a hash of today', hashSync('garden', 8)],
      ['an imported one that is cheaper', hashSync('garden', 4)],
      ['one of our own that is cheaper', `gh1$${secrets.current.id}${hashSync('garden', 6)}`],
      ['another algorithm', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG'],
    ];

    it.each(refusals)('%s', async (_what, stored) => {
      const ours = createPasswordHasher(pool, secrets, bcrypt(8));
      expect(await rounds(() => ours.verify('not the password', stored, caller))).toBe(2 ** 8);
    });

    it.each(refusals)('where a dearer hash is stored: %s', async (_what, stored) => {
      const ours = createPasswordHasher(pool, secrets, bcrypt(8), { bcrypt: { algorithm: 'bcrypt', cost: 9 }, argon2id: null });
      expect(await rounds(() => ours.verify('not the password', stored, caller))).toBe(2 ** 9);
    });

    it('also once a dearer hash than was known has been compared', async () => {
      const ours = createPasswordHasher(pool, secrets, bcrypt(5));
      expect(await rounds(() => ours.verify('not the password', null, caller))).toBe(2 ** 5);
      await ours.verify('not the password', hashSync('garden', 7), caller);
      for (const [, stored] of refusals.filter(([what]) => what !== 'a hash of today'))
        expect(await rounds(() => ours.verify('not the password', stored, caller))).toBe(2 ** 7);
    });

    it('and for a right password that is not let in', async () => {
      const ours = createPasswordHasher(pool, secrets, bcrypt(8));
      expect(await rounds(() => ours.verify('garden', hashSync('garden', 4), caller))).toBe(2 ** 8);
    });
  });

  describe('with Argon2id', () => {
    const ours = (recipe = argon2id()) => createPasswordHasher(pool, secrets, recipe);

    it('stores the version, the id of the pepper, and Argon2id of the peppered password in PHC format', async () => {
      const stored = await ours().hash('a quiet garden gate', caller);
      expect(stored).toMatch(/^gh1\$[0-9a-f]{8}\$argon2id\$v=19\$m=64,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
      expect(await ours().hash('a quiet garden gate', caller)).not.toBe(stored);
      expect(await ours().verify('a quiet garden gate', stored, caller)).toEqual({ matches: true, isOutdated: false });
      expect(await ours().verify('a quiet garden gates', stored, caller)).toEqual({ matches: false, isOutdated: false });
    });

    it.each([
      ['more memory', argon2id(128)],
      ['more passes', argon2id(64, 3)],
      ['bcrypt', bcrypt(5)],
    ])('calls a hash outdated once the gateway hashes with %s', async (_what, recipe) => {
      const stored = await ours().hash('a quiet garden gate', caller);
      const now = createPasswordHasher(pool, secrets, recipe);
      expect(await now.verify('a quiet garden gate', stored, caller)).toEqual({ matches: true, isOutdated: true });
    });

    it('calls a bcrypt hash outdated, also an imported one', async () => {
      const own = await createPasswordHasher(pool, secrets, bcrypt(5)).hash('a quiet garden gate', caller);
      for (const stored of [own, hashSync('a quiet garden gate', 4)])
        expect(await ours().verify('a quiet garden gate', stored, caller)).toEqual({ matches: true, isOutdated: true });
    });

    it.each([
      ['more memory than a gigabyte', 'm=1048577,t=1,p=1'],
      ['no memory', 'm=0,t=1,p=1'],
      ['less memory than its lanes need', 'm=15,t=1,p=2'],
      ['no pass', 'm=64,t=0,p=1'],
      ['a hundred passes', 'm=64,t=99,p=1'],
      ['another version', 'm=64,t=1,p=1', 'v=16'],
    ])('refuses a planted hash of %s as it refuses nobody', async (_what, parameters, phcVersion = 'v=19') => {
      const planted = `gh1$${secrets.current.id}$argon2id$${phcVersion}$${parameters}$${'a'.repeat(22)}$${'a'.repeat(43)}`;
      const before = pool.statistics();
      expect(await ours().verify('garden', planted, caller)).toEqual({ matches: false, isOutdated: false });
      expect(pool.statistics()).toMatchObject({ completed: before.completed + 1, work: before.work + 128 });
    });

    it('does the same work for every refusal while both kinds are stored', async () => {
      const dearest = { bcrypt: { algorithm: 'bcrypt', cost: 7 }, argon2id: argon2id(128, 3) } as const;
      const mixed = createPasswordHasher(pool, secrets, argon2id(64, 2), dearest);
      const cheap = await createPasswordHasher(pool, secrets, argon2id(64, 1)).hash('garden', caller);
      const dear = await createPasswordHasher(pool, secrets, argon2id(128, 3)).hash('garden', caller);
      const work = [];
      for (const stored of [null, 'nothing of ours', hashSync('garden', 4), hashSync('garden', 7), cheap, dear]) {
        const before = pool.statistics().work;
        await mixed.verify('not the password', stored, caller);
        work.push(pool.statistics().work - before);
      }
      expect(work).toEqual(work.map(() => 2 ** 7 + 128 * 3));
    });
  });
});
