import { readFileSync } from 'node:fs';
import { serverAudits } from 'graphql-http';
import { type House, openHouse } from '../support/house';

/** What stays, as the document explains it: audit and level. */
const explained = [...readFileSync('docs/graphql-over-http.md', 'utf8').matchAll(/^\| `(\w{4})` \| (notice|warning) \|/gm)]
  .map(([, id, level]) => `${id} ${level}`)
  .sort();

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

describe('the GraphQL over HTTP audits', () => {
  it('find no error, and nothing that docs/graphql-over-http.md does not explain', async () => {
    const found: string[] = [];
    for (const audit of serverAudits({ url: `${house.url}/graphql` })) {
      const result = await audit.fn();
      if (result.status === 'error') throw new Error(`${audit.id} ${audit.name}: ${result.reason}`);
      if (result.status !== 'ok') found.push(`${audit.id} ${result.status === 'warn' ? 'warning' : 'notice'}`);
    }
    expect(found.sort()).toEqual(explained);
  });
});
