import fc from 'fast-check';
import { type Answer, doors, newPerson, type Operation, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';

/** The same inputs at every run: a fault that is found can be looked at. */
const fixed = { seed: 20_260_301, numRuns: 25, endOnFailure: true };

/** Texts of any kind: lone surrogates, NULs, combining marks, long ones, and names that objects have by themselves. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0xd800, max: 0xdfff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.integer({ min: 0, max: 20_000 }).map((length) => 'x'.repeat(length)),
  fc.constantFrom('\0', '__proto__', 'constructor', "' OR 1=1 --", '\u202e\u0301', '%00', 'İ'),
);
const anyValue = fc.oneof(
  { weight: 3, arbitrary: anyText },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>({ $gt: '' }, { not: null }, { in: ['a'] }, [], [[]], {}, Number.MAX_VALUE, -0, true, null),
);
const fields = [
  'username',
  'email',
  'password',
  'currentPassword',
  'newPassword',
  'refreshToken',
  'scope',
  'delivery',
  'name',
  'bio',
  'pictureUrl',
  'locale',
];
const anyKey = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...fields) },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'id', '$where'),
);
/** As JSON.parse makes it: `__proto__` is a field like any other. */
const anyInput = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.tuple(anyKey, anyValue), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)) },
  anyValue,
);

const operations: readonly Operation[] = ['register', 'login', 'refresh', 'updateProfile', 'changePassword', 'logout'];

describe('any input', () => {
  let house: House;
  let person: Person;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    person = await newPerson(house);
  });
  afterAll(() => house.close()); // and throws when the log has a defect

  const expectExpected = ({ status, code, text }: Answer): void => {
    if (status >= 500) expect([status, code, text]).toEqual([503, 'UNAVAILABLE', text]);
    expect(text).not.toContain('INTERNAL_SERVER_ERROR');
  };

  it.each(doors.flatMap((door) => operations.map((operation) => [operation, door.name, door] as const)))(
    'of %s, through %s, is served or refused',
    async (operation, _name, door) => {
      // A logout that works would end the session for the rest.
      const token = operation === 'logout' ? undefined : person.accessToken;
      await fc.assert(
        fc.asyncProperty(anyInput, async (input) => {
          expectExpected(await door.send(house, operation, input, token));
        }),
        fixed,
      );
    },
  );

  it.each(doors.map((door) => [door.name, door] as const))(
    'as the id of a session, through %s, is served or refused',
    async (_name, door) => {
      await fc.assert(
        fc.asyncProperty(
          anyText.filter((text) => text.isWellFormed() && text.length < 4_000),
          async (id) => {
            expectExpected(await door.send(house, 'revokeSession', id, person.accessToken));
          },
        ),
        fixed,
      );
    },
  );

  it('leaves the prototype of objects alone', () => {
    // Of the gateway's objects: its modules are Node's, and the objects of a test file are Jest's (test/support/shared-modules.runtime.cjs).
    for (const prototype of [Object.getPrototypeOf(house.app), Object.prototype]) {
      expect(Object.keys(prototype)).toEqual([]);
      expect(Object.create(prototype).username).toBeUndefined();
    }
  });
});
