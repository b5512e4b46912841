import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUpSqlite } from '../../../src/database/sqlite/backup';
import { newFolder } from '../../support/process';
import { copyDatabase } from '../../support/stage';

describe('a backup', () => {
  it('is a file of this user alone', async () => {
    const target = join(newFolder(), 'backup.db');
    const { bytes } = await backUpSqlite(await copyDatabase('sqlite'), target);
    expect(bytes).toBeGreaterThan(0);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a link that leads nowhere', (target: string, other: string) => symlinkSync(other, target)],
    [
      'a link to a file',
      (target: string, other: string) => {
        writeFileSync(other, 'mine');
        symlinkSync(other, target);
      },
    ],
    ['a file', (target: string) => writeFileSync(target, 'mine')],
    ['an empty file', (target: string) => writeFileSync(target, '')],
  ] as const)('is not written through or over %s', async (_what, lay) => {
    const folder = newFolder();
    const [target, other] = [join(folder, 'backup.db'), join(folder, 'other.db')];
    lay(target, other);
    const before = [lstatSync(target).ino, existsSync(other) && readFileSync(other, 'utf8')];
    await expect(backUpSqlite(await copyDatabase('sqlite'), target)).rejects.toThrow(/is there already/);
    expect([lstatSync(target).ino, existsSync(other) && readFileSync(other, 'utf8')]).toEqual(before);
  });

  it('that fails leaves nothing behind', async () => {
    const folder = newFolder();
    const source = join(folder, 'no-database.db');
    writeFileSync(source, 'this is no database, and long enough to be read as one'.repeat(50));
    const target = join(folder, 'backup.db');
    await expect(backUpSqlite(`file:${source}`, target)).rejects.toThrow();
    expect(existsSync(target)).toBe(false);
  });
});
