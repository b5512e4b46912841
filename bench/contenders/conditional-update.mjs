// The bare statement under a refresh: Gatehouse's own client and adapter, `updateManyAndReturn` on one row each, 32 at a time.
//
//   node conditional-update.mjs DATABASE_URL SECONDS   prints {"rate": …}
import { createRequire } from 'node:module';

const { openDatabase } = createRequire(import.meta.url)('../../dist/database/database.js');
const [url, seconds] = process.argv.slice(2);
const database = await openDatabase(url);
const rows = await database.client.session.findMany({
  where: { user: { usernameKey: { startsWith: 'filler9' } } }, // nobody who is signed in
  take: 32,
  orderBy: { id: 'asc' },
  select: { id: true, refreshCounter: true },
});
const until = performance.now() + Number(seconds) * 1000;
let done = 0;
const loop = async ({ id, refreshCounter }) => {
  for (let counter = refreshCounter; performance.now() < until; counter += 1) {
    const now = new Date();
    const [row] = await database.client.session.updateManyAndReturn({
      where: { id, refreshCounter: counter, revokedAt: null },
      data: { refreshCounter: counter + 1, rotatedAt: now, lastUsedAt: now },
    });
    if (row === undefined) throw new Error('somebody else changed the row');
    done += 1;
  }
};
const begin = performance.now();
await Promise.all(rows.map(loop));
process.stdout.write(`${JSON.stringify({ rate: (done * 1000) / (performance.now() - begin) })}\n`);
await database.close();
