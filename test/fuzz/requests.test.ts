import fc from 'fast-check';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { spoiltRequests } from '../support/spoilt-requests';
import { exchange } from '../support/wire';

/** The same requests at every run. */
const fixed = { seed: 20_260_301, numRuns: 250, endOnFailure: true };

describe('a request with spoilt bytes', () => {
  let house: House;
  let requests: fc.Arbitrary<Buffer>;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    requests = spoiltRequests(await newPerson(house));
  });
  afterAll(() => house.close()); // and throws when the log has a defect

  it('is served, refused or cut off, and never a defect', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        // The client ends its side: what waits for more is answered or closed at once.
        const { status, body } = await exchange(house, request, { ends: true });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500) expect([status, body]).toEqual([503, expect.stringContaining('"UNAVAILABLE"')]);
      }),
      fixed,
    );
    for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(0); // it came as far as that
    expect((await fetch(`${house.url}/ready`)).status).toBe(200);
  });
});
