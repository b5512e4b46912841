import { randomUUID } from 'node:crypto';
import { codeOf, isCode, readAttempt, readLinkToken, writeAttempt, writeLinkToken } from '../../src/mail-tokens/mail-token';
import { type Purpose, purposeOf, purposes } from '../../src/mail-tokens/purposes';
import { normalCode } from '../../src/names/typed-code';
import { createSecrets } from '../../src/secrets';

const [oldest, newest] = ['an old secret of 32 bytes, at the least', 'a new secret of 32 bytes, at the least'];
const secrets = createSecrets([newest]);
const rotated = createSecrets([newest, oldest]);
const names = Object.keys(purposes) as Purpose[];

describe('attempts and links', () => {
  it.each(names)('of %s are read as they were written, and neither in the place of the other', (purpose) => {
    const name = { id: randomUUID(), purpose };
    const [attempt, link] = [writeAttempt(name, secrets), writeLinkToken(name, secrets)];
    expect([attempt, link]).toEqual([expect.stringMatching(/^gatehouse_ma_[\w-]{64}$/), expect.stringMatching(/^gatehouse_ml_[\w-]{64}$/)]);
    expect([readAttempt(attempt, secrets), readLinkToken(link, secrets)]).toEqual([name, name]);
    expect([readAttempt(link, secrets), readLinkToken(attempt, secrets)]).toEqual([null, null]);
    const swapped = [attempt.replace('_ma_', '_ml_'), link.replace('_ml_', '_ma_')] as const;
    expect([readLinkToken(swapped[0], secrets), readAttempt(swapped[1], secrets)]).toEqual([null, null]);
  });

  it('are refused with any bit flipped', () => {
    const token = writeLinkToken({ id: randomUUID(), purpose: 'RESET' }, secrets);
    const bytes = Buffer.from(token.slice('gatehouse_ml_'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readLinkToken(`gatehouse_ml_${forged.toString('base64url')}`, secrets)).toBeNull();
    }
  });

  it.each(['', 'gatehouse_ml_', 'x'.repeat(100_000), 'gatehouse_ml_ö', ' '])('are refused as %s', (text) => {
    expect([readLinkToken(text, secrets), readAttempt(text, secrets)]).toEqual([null, null]);
  });

  it('live on while their entry of AUTH_SECRET is in the list', () => {
    const name = { id: randomUUID(), purpose: 'VERIFY' } as const;
    const token = writeLinkToken(name, createSecrets([oldest]));
    expect([readLinkToken(token, rotated), readLinkToken(token, secrets)]).toEqual([name, null]);
  });

  it('have purposes that no byte mixes up', () => {
    expect(names.map((purpose) => purposeOf(purposes[purpose].byte))).toEqual(names);
  });
});

describe('codes', () => {
  const source = { id: randomUUID(), purpose: 'LOGIN', salt: 'c2FsdA' };

  it('are eight digits, the same each time, and others for another row, salt or purpose', () => {
    const code = codeOf(source, secrets);
    expect(code).toMatch(/^\d{8}$/);
    expect(codeOf(source, secrets)).toBe(code);
    const others = [
      { ...source, id: randomUUID() },
      { ...source, salt: 'b3RoZXI' },
      { ...source, purpose: 'RESET' },
    ];
    for (const other of others) expect(isCode(code, other, secrets)).toBe(false);
  });

  it('count by every entry of AUTH_SECRET', () => {
    const code = codeOf(source, createSecrets([oldest]));
    expect([isCode(code, source, rotated), isCode(code, source, secrets)]).toEqual([true, false]);
  });

  it('spread over all of them', () => {
    const codes = Array.from({ length: 2_000 }, (_, at) => codeOf({ ...source, salt: String(at) }, secrets));
    expect(new Set(codes).size).toBeGreaterThan(1_990);
    for (let digit = 0; digit <= 9; digit += 1) expect(codes.filter((code) => code.startsWith(String(digit))).length).toBeGreaterThan(100);
  });

  it('are taken as people type them', () => {
    for (const typed of ['12345678', '1234 5678', ' 1234-5678 ', '１２３４５６７８', '1234\u00a05678', '1234–5678', '12 34 56 78\n'])
      expect(normalCode(typed)).toBe('12345678');
  });
});
