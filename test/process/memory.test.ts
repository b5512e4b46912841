import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { copyDatabase, type DatabaseKind } from '../support/stage';

/** What a process of its own prints: JSON. */
const runScript = (script: string, flags: readonly string[] = []): unknown =>
  JSON.parse(execFileSync(process.execPath, [...flags, '-e', script], { cwd: resolve('dist'), encoding: 'utf8' }));

describe('memory', () => {
  it('is not given to young objects by what a start makes, and is given to them afterwards', () => {
    const [small, grown] = runScript(`
      const { getHeapSpaceStatistics } = require('node:v8');
      const { growAsNeeded, startSmall } = require('./memory');
      const kept = [];
      const young = () => {
        for (let made = 0; made < 500_000; made += 1) kept.push({ made });
        return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size;
      };
      startSmall();
      const small = young();
      growAsNeeded();
      console.log(JSON.stringify([small, young()]));
    `) as [number, number];
    expect(small).toBeLessThan(4 * 1024 * 1024);
    expect(grown).toBeGreaterThan(16 * 1024 * 1024);
  });

  it.each<DatabaseKind>(['sqlite', 'postgresql'])("does not hold Prisma's compiler as a text (%s)", async (kind) => {
    const loaded = runScript(`
      const { openDatabase } = require('./database/database');
      openDatabase(${JSON.stringify(await copyDatabase(kind))}).then(async (database) => {
        await database.client.user.findMany({ take: 1 });
        await database.close();
        console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('query_compiler'))));
      });
    `) as string[];
    expect(loaded).toEqual([expect.stringMatching(/query_compiler_small_bg\.\w+\.js$/)]);
  });

  it.each([
    ['none, by themselves', '', 0],
    ['one, for the next ones to be made quickly', 'keepTickObject(process.nextTick)', 1],
  ])('leaves of the objects that Node makes for process.nextTick %s', (_name, call, left) => {
    const script = `
      const { createHook } = require('node:async_hooks');
      const { keepTickObject } = require('./memory');
      const ticks = [];
      const hook = createHook({ init: (id, type, trigger, made) => type === 'TickObject' && ticks.push(new WeakRef(made)) }).enable();
      ${call};
      for (let count = 0; count < 20; count += 1) process.nextTick(() => {});
      setTimeout(() => {
        hook.disable();
        gc();
        console.log(JSON.stringify([ticks.length, ticks.filter((tick) => tick.deref() !== undefined).length]));
      }, 20);
    `;
    expect(runScript(script, ['--expose-gc'])).toEqual([20 + left, left]);
  });
});
