import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { looseFile } from '../../src/doctor/file-modes';
import { examineNode } from '../../src/doctor/node';
import { runCommand } from '../support/command';
import { newPerson } from '../support/doors';
import { openHouse } from '../support/house';
import { killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { databaseKinds } from '../support/stage';

interface Finding {
  readonly subject: string;
  readonly state: string;
  readonly what: string;
  readonly mend?: string;
}

describe('the files beside a gateway', () => {
  it('that others may read or write are told at the start and by the doctor, with the command that mends them', async () => {
    const folder = newFolder();
    const gateway = await startGateway(folder);
    await killGateway(gateway);
    expect(gateway.stdout()).not.toContain('chmod');
    const data = join(folder, 'data');
    const loose = [join(folder, '.env'), data, join(data, 'gatehouse.db'), join(data, 'auth-secret')];
    writeFileSync(join(folder, '.env'), 'AUTH_LOG_LEVEL=info\n');
    for (const [index, mode] of [0o644, 0o777, 0o644, 0o666].entries()) chmodSync(loose[index] ?? '', mode);

    const { code, stdout } = await runGatehouse(['doctor', '--json'], folder, {});
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const found = findings.filter(({ subject }) => subject === 'files');
    expect(found.map(({ state }) => state)).toEqual(['wrong', 'wrong', 'wrong', 'wrong']);
    const again = await startGateway(folder);
    for (const [index, path] of loose.entries()) {
      expect(found[index]?.what).toContain(path);
      expect(again.stdout()).toContain(found[index]?.mend);
    }
    await killGateway(again);
    for (const path of loose) expect(looseFile(path, path === data ? 'folder' : 'file')).not.toBeNull();
    for (const { mend } of found) chmodSync((mend ?? '').split(' ')[2] ?? '', Number.parseInt((mend ?? '').split(' ')[1] ?? '', 8));
    for (const path of loose) expect(looseFile(path, path === data ? 'folder' : 'file')).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['short', 'short\n'],
    ['a placeholder', `${'a'.repeat(64)}\n`],
  ])('with an auth-secret that is %s stop the start, and the doctor says so: nothing is sealed with it', async (_what, content) => {
    const folder = newFolder();
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    writeFileSync(join(folder, 'data/auth-secret'), content, { mode: 0o600 });
    const { code, stdout, stderr } = await runGatehouse(['start'], folder, { PORT: '0' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('The file auth-secret beside the database is empty, too short or no random text.');
    const doctor = await runGatehouse(['doctor'], folder, {});
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining('wrong    files: the file auth-secret')]);
    expect(readFileSync(join(folder, 'data/auth-secret'), 'utf8')).toBe(content);
    const given = { PORT: '0', AUTH_SECRET: randomBytes(48).toString('base64') };
    await killGateway(await startGateway(folder, given)); // one that is set needs no file
  });
});

it('a Node without security fixes is told, from the day after its last', () => {
  const at = (day: string) => examineNode('22.1.0', Date.parse(day)).state;
  expect([at('2027-04-30T12:00:00Z'), at('2027-05-01T00:00:00Z')]).toEqual(['ok', 'warning']);
  expect(examineNode('99.0.0', 0)).toMatchObject({ state: 'ok', what: expect.stringContaining('not known') });
});

it.each(databaseKinds)('the doctor finds names that collide, and roles that hardly mean what somebody meant, on %s', async (kind) => {
  const house = await openHouse(kind);
  try {
    const [kate, lars] = [await newPerson(house), await newPerson(house)];
    const { user } = house.app.services.database.client;
    await user.update({ where: { id: kate.id }, data: { email: 'me@bücher.example', emailKey: 'me@bücher.example', roles: 'admin' } });
    await user.update({
      where: { id: lars.id },
      data: { email: 'me@xn--bcher-kva.example', emailKey: 'me@xn--bcher-kva.example', roles: 'ADMIN x' },
    });
    const policy = join(newFolder(), 'policy.json');
    writeFileSync(policy, JSON.stringify({ endpoints: { '/graphql': { fields: { 'Query.a': ['billing', 'x'] } } } }));
    const { out } = await runCommand(house, ['doctor', '--json'], { PUBLIC_URL: house.url, AUTH_UPSTREAM_POLICY: policy });
    const found = (JSON.parse(out) as { findings: Finding[] }).findings.filter(({ state }) => state === 'warning');
    expect(found.filter(({ subject }) => subject === 'names')).toMatchObject([
      { what: expect.stringMatching(`${kate.id} and ${lars.id} have one address`), mend: `gatehouse user set-email ${kate.id} ADDRESS` },
    ]);
    expect(found.filter(({ subject }) => subject === 'roles').map(({ what }) => what)).toEqual([
      'AUTH_UPSTREAM_POLICY asks for the role billing, and nobody has it',
      'ADMIN, admin differ in case alone, and are different roles',
    ]);
  } finally {
    await house.close();
  }
});
