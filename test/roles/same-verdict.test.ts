/**
 * Permissions, chapter 2 of the design: check 7, but for the directive of an SDL, which test/policy has.
 * @own-modules because its resolver would be in the schema of every house
 */
import 'reflect-metadata';
import { graphql } from 'graphql';
import { buildSchemaSync, Query, Resolver } from 'type-graphql';
import type { Access } from '../../src/access/access';
import { Requires } from '../../src/access/requires';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { writePolicy } from '../support/upstream';

/** Each rule, and the question to `/v1/verify` that asks for the same. */
const rules: Readonly<Record<string, readonly [Access, string]>> = {
  refund: [{ permissions: ['orders:refund'] }, 'permission=orders:refund'],
  both: [{ permissions: ['orders:refund', 'users:read'] }, 'permission=orders:refund&permission=users:read'],
  withRole: [{ roles: ['SUPPORT'], permissions: ['orders:refund'] }, 'role=SUPPORT&permission=orders:refund'],
  everything: [{ permissions: ['orders:*'] }, 'permission=orders:*'],
};

class Fields {}
for (const [name, [access]] of Object.entries(rules)) {
  Object.defineProperty(Fields.prototype, name, { value: () => 'granted' });
  const method = [Fields.prototype, name, Object.getOwnPropertyDescriptor(Fields.prototype, name) as PropertyDescriptor] as const;
  Query(() => String)(...method);
  Requires(access)(...method);
}
Resolver()(Fields);
const schema = buildSchemaSync({ resolvers: [Fields], validate: false });

const people: Readonly<Record<string, readonly string[]>> = {
  nobody: [],
  support: ['SUPPORT'],
  manager: ['MANAGER'],
  supportManager: ['SUPPORT', 'MANAGER'],
  undescribed: ['UNKNOWN'],
};

describe('7 the same verdict by policy file, @Requires and /v1/verify?permission=', () => {
  let house: House;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    const fields = Object.fromEntries(Object.entries(rules).map(([name, [access]]) => [`Query.${name}`, access]));
    house = await openHouse('sqlite', { AUTH_UPSTREAM_POLICY: writePolicy({ endpoints: { '/graphql': { fields } } }) });
    const { roles, users } = house.app.services;
    await roles.set({ name: 'SUPPORT', permissions: ['orders:refund'] });
    await roles.set({ name: 'MANAGER', permissions: ['orders:*', 'users:read'] });
    for (const [name, held] of Object.entries(people)) {
      const person = await newPerson(house);
      await users.setRoles(person.id, held);
      tokens.set(name, person.accessToken);
    }
  });
  afterAll(() => house.close());

  const byVerify = async (rule: string, authorization: string) =>
    (await fetch(`${house.url}/v1/verify?${rules[rule]?.[1]}`, { headers: { authorization } })).status === 200;
  const byPolicy = async (rule: string, authorization: string) => {
    const response = await fetch(`${house.url}/v1/verify/graphql`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'x-forwarded-uri': '/graphql', 'x-forwarded-method': 'POST' },
      body: JSON.stringify({ query: `{ ${rule} }` }),
    });
    return response.status === 200;
  };
  const byResolver = async (rule: string, authorization: string) => {
    const contextValue = { verdict: () => house.app.services.sessionCheck.authenticate(authorization) };
    return (await graphql({ schema, source: `{ ${rule} }`, contextValue })).data?.[rule] === 'granted';
  };

  it.each([
    ['nobody', []],
    ['support', ['refund', 'withRole']],
    ['manager', ['refund', 'both', 'everything']],
    ['supportManager', ['refund', 'both', 'withRole', 'everything']],
    ['undescribed', []],
  ])('for %s', async (name, expected) => {
    const authorization = `Bearer ${tokens.get(name)}`;
    const granted = async (way: typeof byVerify) => {
      const answers = await Promise.all(Object.keys(rules).map(async (rule) => ((await way(rule, authorization)) ? [rule] : [])));
      return answers.flat();
    };
    expect(await granted(byVerify)).toEqual(expected);
    expect(await granted(byPolicy)).toEqual(expected);
    expect(await granted(byResolver)).toEqual(expected);
  });
});
