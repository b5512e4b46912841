import { type Answer, type FirstOperation, firstOperations, newPerson, rest, restOfTheFirstDocuments, uniqueName } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { anotherDevice, newVisitor } from '../support/visitors';

/** The shape of an answer: every value by its kind, so that ids, dates and tokens do not matter. */
const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
};

const visible = ({ status, code, body, headers }: Answer) => ({
  status,
  code,
  shape: shape(body),
  headers: [...headers.keys()].filter((name) => name !== 'date' && name !== 'keep-alive').sort(),
});

const password = 'a quiet garden gate';

/** For each operation an input that is right, made for the caller. */
const inputs: Readonly<Record<FirstOperation, (house: House, caller: { readonly id: string; readonly refreshToken: string }) => unknown>> =
  {
    register: () => {
      const username = uniqueName();
      return { username, email: `${username}@example.com`, password };
    },
    login: async (house) => {
      const username = uniqueName();
      await rest.send(house, 'register', { username, email: `${username}@example.com`, password });
      return { username, password };
    },
    refresh: (_house, { refreshToken }) => ({ refreshToken }),
    profile: () => undefined,
    updateProfile: () => ({ name: 'Kate', bio: null }),
    changePassword: () => ({ currentPassword: password, newPassword: 'a louder garden gate' }),
    sessions: () => undefined,
    logout: () => ({ scope: 'all' }),
    revokeSession: async (house, caller) => (await anotherDevice(house, caller)).sessionId,
  };

onBothDatabases('the paths without a version, as the first documents have them', (house) => {
  it.each(firstOperations)(
    '%s answers like the one under /v1: when it goes well, without a token, and for a wrong input',
    async (operation) => {
      const [versioned, first] = await Promise.all(
        [rest, restOfTheFirstDocuments].map(async (door) => {
          const caller = operation === 'changePassword' ? await newPerson(house()) : await newVisitor(house());
          const input = await inputs[operation](house(), caller);
          const right = await door.send(house(), operation, input, caller.accessToken);
          const withoutToken = await door.send(house(), operation, operation === 'revokeSession' ? 'x' : undefined);
          if (operation === 'profile' || operation === 'sessions') return [right, withoutToken].map(visible); // they have no input
          const wrong = await door.send(house(), operation, { unknown: 1 }, (await newVisitor(house())).accessToken);
          return [right, withoutToken, wrong].map(visible);
        }),
      );
      expect(first).toEqual(versioned);
      expect(first?.[0]?.status).toBe(operation === 'register' ? 201 : 200);
      for (const refused of first?.slice(1) ?? []) expect(refused.status).toBeGreaterThanOrEqual(400);
    },
  );
});
