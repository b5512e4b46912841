const { faultOf, mutants } = require('./lists.cjs') as {
  readonly mutants: readonly { readonly room: string; readonly name: string }[];
  readonly faultOf: (mutant: object) => string | null;
};

it('every mistake can still be made, and the sentence that notices it is still there', () => {
  expect(mutants.map((mutant) => [mutant.name, faultOf(mutant)]).filter(([, fault]) => fault !== null)).toEqual([]);
});

it('there are more than a hundred, over every room', () => {
  expect(mutants.length).toBeGreaterThan(100);
  expect([...new Set(mutants.map(({ room }) => room))]).toEqual([
    'client',
    'database',
    'edges',
    'limits',
    'mail',
    'purge',
    'sessions',
    'tokens',
    'verifier',
  ]);
});
