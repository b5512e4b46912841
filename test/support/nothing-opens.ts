import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { features } from '../../src/features';
import { isEverybodys } from '../../src/operations/operation';
import { postGraphQL, whoAmI } from './doors';
import type { House } from './house';
import { minimalOperation } from './minimal-operation';

const sdl = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** Shows what is no access token as one to every operation that is not everybody's, by both doors. */
export async function expectNothingOpens(house: House, token: string): Promise<void> {
  const guarded = features.operations.filter(({ access }) => !isEverybodys(access));
  expect(guarded.map(({ name }) => name)).toEqual(expect.arrayContaining(['profile', 'changePassword', 'removeTotp', 'deleteAccount']));
  for (const { name, kind, rest: paths = [] } of guarded) {
    const root = (kind === 'query' ? sdl.getQueryType() : sdl.getMutationType()) as GraphQLObjectType;
    const { query, variables } = minimalOperation(kind, root.getFields()[name] as GraphQLField<unknown, unknown>);
    const { status, body } = await postGraphQL(house, query, variables, token);
    expect([name, status, body.errors[0].extensions.code]).toEqual([name, 401, 'UNAUTHENTICATED']);
    for (const { method, path } of paths) {
      const hasBody = method !== 'GET' && method !== 'DELETE';
      const response = await fetch(`${house.url}/v1${path.replaceAll(/\{\w+\}/g, 'x')}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(hasBody && { 'content-type': 'application/json' }) },
        ...(hasBody && { body: '{}' }),
      });
      expect([method, path, response.status]).toEqual([method, path, 401]);
    }
  }
  expect(await whoAmI(house, token)).toBeNull();
}
