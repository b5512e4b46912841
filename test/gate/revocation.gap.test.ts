import { createLogger } from '../../src/log';
import { createRevocationFeed, overlapSeconds } from '../../src/revocation-feed/revocation.feed';
import { createRevocationsService } from '../../src/revocation-feed/revocations.service';
import { onBothDatabases } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { until } from '../support/until';

onBothDatabases('a node that did not hear for a while', (house) => {
  it('tells what was committed late too: written before the gap, and seen after it', async () => {
    const { id } = await newServiceClient(house());
    const { database } = house().app.services;
    let onGap = (): void => {};
    const stop = (): void => {};
    const notices = {
      ...database.notices,
      heardUntil: () => performance.now(),
      subscribe: () => stop,
      onBeat: () => stop,
      onGap: (listener: () => void) => {
        onGap = listener;
        return stop;
      },
    };
    const { clock } = house();
    const feed = createRevocationFeed({
      database: { ...database, notices },
      revocations: createRevocationsService(database, clock),
      clock,
      logger: createLogger('silent', { write: () => {} }),
    });
    const told: string[] = [];
    const client = { id, name: id } as Parameters<typeof feed.follow>[0];
    const onRevoked = (revoked: readonly { readonly id: string }[]): void => void told.push(...revoked.map((each) => each.id));
    const following = feed.follow(client, { onRevoked, onCurrent: () => {}, onEnd: () => {} });
    const row = (ageSeconds: number, name: string) => ({
      id: name,
      at: new Date(clock.now() - ageSeconds * 1000),
      expiresAt: new Date(clock.now() + 900_000),
    });
    // Transactions that began before the last good moment, and were committed after it.
    const late = [row(60, 'a minute before'), row(overlapSeconds - 5, 'three minutes before')];
    await database.client.revocation.createMany({ data: late });
    onGap();
    await until('both are told', () => told.length === 2);
    expect(told.sort()).toEqual(late.map((each) => each.id).sort());
    following.stop();
    await feed.close();
  });
});
