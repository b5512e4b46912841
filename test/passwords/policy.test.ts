import { createPasswordPolicy } from '../../src/passwords/password.policy';

const owner = { username: 'Kate.Smith', email: 'kate_1984@example.com', name: 'Kate Smith-Jones' };

/** The messages of a refusal; none when the password is taken. */
async function problems(policy: 'basic' | 'standard' | 'strict', password: string): Promise<string[]> {
  try {
    await createPasswordPolicy(policy).check(password, owner, 'newPassword');
    return [];
  } catch (error) {
    const { code, details } = error as { code: string; details: { issues: { path: string; message: string }[] } };
    expect(code).toBe('WEAK_PASSWORD');
    expect(new Set(details.issues.map(({ path }) => path))).toEqual(new Set(['newPassword']));
    expect(JSON.stringify(details)).not.toContain(password);
    return details.issues.map(({ message }) => message);
  }
}

const tooShort = (least: number) => `must have at least ${least} characters`;
const own = 'must not be your own name or address';
const common = 'is one of the most commonly used passwords';

describe.each([
  ['basic', 8],
  ['standard', 8],
  ['strict', 15],
] as const)('the policy %s', (policy, least) => {
  it(`takes ${least} to 256 characters of any kind, and counts characters, not bytes or units`, async () => {
    expect(await problems(policy, 'ṽ🦉'.repeat(8).slice(0, 3 * 5) + 'qz'.repeat(4))).toEqual([]);
    expect(await problems(policy, '🦉'.repeat(least - 1))).toEqual([tooShort(least)]);
    expect(await problems(policy, '🦉'.repeat(least))).toEqual([]);
    expect(await problems(policy, '🦉'.repeat(256))).toEqual([]);
    expect(await problems(policy, '🦉'.repeat(257))).toEqual(['must have at most 256 characters']);
  });

  it('counts the normal form, so that two ways to type one password have one length', async () => {
    expect(await problems(policy, 'a\u0308'.repeat(least - 1))).toEqual([tooShort(least)]);
    expect(await problems(policy, 'a\u0308'.repeat(least))).toEqual([]);
  });

  it('counts what was typed as well: one letter that is eighteen in the normal form is one', async () => {
    expect(await problems(policy, '\uFDFA')).toEqual([tooShort(least)]);
    expect(await problems(policy, '\uFDFA'.repeat(least - 1))).toEqual([tooShort(least)]);
    expect(await problems(policy, '\uFDFA'.repeat(15))).toEqual(['must have at most 256 characters']); // 270 in the normal form
  });

  it('asks for no capitals, digits or signs', async () => {
    expect(await problems(policy, 'quiet garden gates open slowly')).toEqual([]);
  });

  it.each([
    'Kate.Smith',
    'KATE SMITH',
    'htims.etak',
    'katesmithkatesmith',
    'kate_1984@example.com',
    'Kate1984',
    'kate-smith-jones',
    'Ｋate.Smith!',
  ])('refuses what is the owner: %s', async (password) => {
    expect(await problems(policy, password)).toContain(own);
  });

  it('takes what merely holds a name', async () => {
    expect(await problems(policy, 'kate likes quiet gardens')).toEqual([]);
  });
});

describe('commonly used passwords', () => {
  it("are taken by basic, which the first documents' examples need", async () => {
    expect(await problems('basic', 'password123')).toEqual([]);
  });

  it.each(['password123', 'PASSWORD123', 'iloveyou', 'ｐａｓｓｗｏｒｄ１２３'])('are refused by standard: %s', async (password) => {
    expect(await problems('standard', password)).toEqual([common]);
  });

  it('are refused by strict, with every other reason at once', async () => {
    expect(await problems('strict', 'password123')).toEqual([tooShort(15), common]);
  });
});
