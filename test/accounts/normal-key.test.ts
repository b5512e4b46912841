import { normalKey } from '../../src/accounts/accounts.inputs';

describe('the normal form of names and addresses', () => {
  it.each([
    ['a final sigma', ['ΝΙΚΟΣ', 'νικος', 'νικοσ']],
    ['a sharp s', ['STRASSE', 'straße', 'STRAẞE', 'strasse']],
    ['an i without its dot', ['ILGIN', 'ılgın', 'ilgin']],
    ['a Kelvin sign', ['KATE', '\u212aate', 'kate']],
    ['full-width letters', ['ＫＡＴＥ', 'kate']],
    ['an accent that stands alone', ['CAFE\u0301', 'café']],
    ['a ligature', ['oﬃce', 'OFFICE', 'office']],
    ['a letter whose capital is two', ['ǰan', 'J\u030cAN']],
    ['spaces around it', ['\t kate\u00a0', 'kate']],
  ])('is one for %s', (_what, spellings) => {
    expect(new Set(spellings.map(normalKey)).size).toBe(1);
  });

  it('keeps different names apart', () => {
    const names = ['kate', 'kato', 'káte', 'кате', 'kate1', 'ka.te', 'οδυσσευσ', 'strase'];
    expect(new Set(names.map(normalKey)).size).toBe(names.length);
  });

  it('is its own normal form, and that of its capitals and small letters, for every character of Unicode', () => {
    const faults: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const name = `a${String.fromCodePoint(code)}b`;
      const key = normalKey(name);
      if (normalKey(key) !== key || normalKey(name.toUpperCase()) !== key || normalKey(name.toLowerCase()) !== key)
        faults.push(code.toString(16));
    }
    expect(faults).toEqual([]);
  });
});
