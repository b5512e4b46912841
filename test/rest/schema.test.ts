import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { openHouse } from '../support/house';

describe('GET /schema.graphql', () => {
  it.each(['off', 'on'])('is the schema that introspection tells of, with federation %s', async (federation) => {
    const house = await openHouse('sqlite', { AUTH_FEDERATION: federation, AUTH_GRAPHQL_MAX_COST: '100000' });
    const answer = await fetch(`${house.url}/schema.graphql`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'no-cache',
    ]);
    const body = JSON.stringify({ query: getIntrospectionQuery({ specifiedByUrl: true }) });
    const told = await fetch(`${house.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data } = (await told.json()) as { data: Parameters<typeof buildClientSchema>[0] };
    expect(await answer.text()).toBe(`${printSchema(lexicographicSortSchema(buildClientSchema(data)))}\n`);
    await house.close();
  });

  it.each([
    ['off in development', { AUTH_INTROSPECTION: 'off' }, 404],
    ['off in production', { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test' }, 404],
    ['on in production', { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test', AUTH_INTROSPECTION: 'on' }, 200],
  ])('where introspection is %s', async (_, environment, status) => {
    const house = await openHouse('sqlite', environment);
    const answer = await fetch(`${house.url}/schema.graphql`);
    expect(answer.status).toBe(status);
    if (status === 404) expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND' });
    await house.close();
  });
});
