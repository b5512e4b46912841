import * as otpauth from 'otpauth';
import { hashOfRecoveryCode, newRecoveryCode, readRecoveryCode } from '../../src/second-factors/codes/recovery-codes';
import { codeAt, matchingStep, newTotpSecret, readTotpCode, stepAt, toBase32, toKeyUri } from '../../src/second-factors/codes/totp';

const ofRfc = Buffer.from('12345678901234567890');

describe('a TOTP code', () => {
  it('is that of RFC 4226 appendix D', () => {
    const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
    expect(codes.map((_, counter) => codeAt(ofRfc, counter))).toEqual(codes);
  });

  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('is that of RFC 6238 appendix B at %i s, its last six digits', (seconds, code) => {
    expect(codeAt(ofRfc, stepAt(seconds * 1000))).toBe(code);
  });

  it('is that of another generator, which reads our key URI', () => {
    const secret = newTotpSecret();
    const other = otpauth.URI.parse(toKeyUri(secret, 'Gate house', 'kate:1')) as otpauth.TOTP;
    expect([other.issuer, other.label]).toEqual(['Gate house', 'kate:1']);
    for (const timestamp of [0, 29_999, 30_000, 1_795_000_000_000])
      expect(codeAt(secret, stepAt(timestamp))).toBe(other.generate({ timestamp }));
  });

  it('has a secret of 160 random bits, in Base32 as RFC 4648 has it', () => {
    expect(['f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
      'MY',
      'MZXQ',
      'MZXW6',
      'MZXW6YQ',
      'MZXW6YTB',
      'MZXW6YTBOI',
    ]);
    expect(toBase32(newTotpSecret())).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret().equals(newTotpSecret())).toBe(false);
  });

  it('counts in its own step and the drift on both sides, and in no step that counted or is before one', () => {
    const at = (step: number, code: string, lastStep = 0, drift = 1) => matchingStep(ofRfc, code, { step, drift, lastStep });
    for (const offset of [-1, 0, 1]) expect(at(100, codeAt(ofRfc, 100 + offset))).toBe(100 + offset);
    for (const offset of [-2, 2]) expect(at(100, codeAt(ofRfc, 100 + offset))).toBeNull();
    expect(at(100, codeAt(ofRfc, 99), 0, 0)).toBeNull();
    expect(at(100, codeAt(ofRfc, 100), 100)).toBeNull();
    expect(at(101, codeAt(ofRfc, 100), 100)).toBeNull();
    expect(at(100, codeAt(ofRfc, 99), 100)).toBeNull();
  });

  it('is taken for the greatest step where neighbours have the same code, so that it does not count twice', () => {
    const step = 910_737; // the first one of this secret
    expect(codeAt(ofRfc, step)).toBe(codeAt(ofRfc, step + 1));
    expect(matchingStep(ofRfc, codeAt(ofRfc, step), { step, drift: 1, lastStep: 0 })).toBe(step + 1);
  });

  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
    ['１２３４５６', '123456'],
    ['12345', null],
    ['1234567', null],
    ['12345a', null],
    ['', null],
  ])('may be typed as %j', (typed, code) => {
    expect(readTotpCode(typed)).toBe(code);
  });
});

describe('a recovery code', () => {
  it('is 120 random bits in six groups of Crockford Base32', () => {
    const codes = Array.from({ length: 200 }, newRecoveryCode);
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(codes).size).toBe(200);
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
  });

  it('is found again however it is typed', () => {
    const typed = [
      '0123-4567-89AB-CDEF-GHJK-1011',
      '0123456789abcdefghjk1011',
      ' ol23 4567 89ab cdef ghjk ioIL ',
      '０123-4567-89AB-CDEF-GHJK-1011',
    ];
    expect(typed.map(readRecoveryCode)).toEqual(typed.map(() => '0123456789ABCDEFGHJK1011'));
    expect(new Set(typed.map((each) => hashOfRecoveryCode(readRecoveryCode(each) ?? ''))).size).toBe(1);
  });

  it.each(['', '0123', 'U123-4567-89AB-CDEF-GHJK-1011', '0123-4567-89AB-CDEF-GHJK-1011-0'])('is none: %j', (typed) => {
    expect(readRecoveryCode(typed)).toBeNull();
  });
});
