import { hasPgBouncer, startPgBouncer } from '../../support/pgbouncer';
import { runSql } from '../../support/postgresql';
import { copyDatabase } from '../../support/stage';
import { itWhere } from '../../support/where';

describe.each(['session', 'transaction'] as const)('behind a stock PgBouncer in %s mode', (mode) => {
  itWhere(hasPgBouncer, 'PgBouncer is installed')('is there', async () => {
    const pooler = await startPgBouncer(await copyDatabase('postgresql'), { mode });
    expect(await runSql(pooler.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await pooler.stop();
  });
});
