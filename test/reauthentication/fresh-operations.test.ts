/** G1 of the design: whatever needs a fresh session says so through both doors. */
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { features } from '../../src/features';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { minimalOperation } from '../support/minimal-operation';

const fresh = features.operations.filter(({ access }) => access === 'fresh' || access === 'fresh or challenge');
const sdl = buildSchema(readFileSync('schema.graphql', 'utf8'));
const challenge = 'Bearer error="insufficient_user_authentication", max_age=600';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', createMailbox().environment);
});
afterAll(() => house.close());

it('is asked of leaving and of taking one’s data along, among others', () => {
  expect(fresh.map(({ name }) => name)).toEqual(expect.arrayContaining(['deleteAccount', 'accountExport', 'startTotp', 'addPasskey']));
});

it.each(fresh.map((operation) => [operation.name, operation] as const))(
  '%s refuses a session of eleven minutes with what counts as a proof, and with the challenge of RFC 9470 (G1)',
  async (name, { kind, rest = [] }) => {
    const { accessToken } = await newPerson(house);
    house.clock.advance(11 * 60);
    const root = (kind === 'query' ? sdl.getQueryType() : sdl.getMutationType()) as GraphQLObjectType;
    const { query, variables } = minimalOperation(kind, root.getFields()[name] as GraphQLField<unknown, unknown>);
    const through = await postGraphQL(house, query, variables, accessToken);
    expect([through.status, through.headers.get('www-authenticate'), through.body.errors[0].extensions]).toEqual([
      401,
      challenge,
      expect.objectContaining({ code: 'REAUTHENTICATION_REQUIRED', methods: ['PASSWORD'], maxAgeSeconds: 600 }),
    ]);
    for (const { method, path } of rest) {
      const hasBody = method !== 'GET' && method !== 'DELETE';
      const response = await fetch(`${house.url}/v1${path.replaceAll(/\{\w+\}/g, 'x')}`, {
        method,
        headers: { authorization: `Bearer ${accessToken}`, ...(hasBody && { 'content-type': 'application/json' }) },
        ...(hasBody && { body: '{}' }),
      });
      expect([response.status, response.headers.get('www-authenticate'), await response.json()]).toEqual([
        401,
        challenge,
        expect.objectContaining({ code: 'REAUTHENTICATION_REQUIRED', methods: ['password'], max_age_seconds: 600 }),
      ]);
    }
  },
);
