import { readFileSync } from 'node:fs';
import { settings } from '../../src/app/load-config';

const compose = readFileSync('compose.yaml', 'utf8');

it('the compose file sets only what is a setting, and runs read-only without any right', () => {
  const block = /\n {2}environment:\n((?: {4}.*\n)+)/.exec(compose)?.[1] ?? '';
  const names = [...block.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect([...settings.keys()]).toContain(name);
});

it('every container is confined: a user that is not root, read-only, without a capability', () => {
  const services = compose.slice(compose.indexOf('\nservices:\n'), compose.indexOf('\nvolumes:\n'));
  const blocks = services.split(/\n {2}(?=\w+:)/).slice(1);
  expect(blocks.map((block) => block.split(':')[0])).toEqual(['gatehouse1', 'gatehouse2', 'nginx', 'postgres']);
  for (const block of blocks) expect(block).toMatch(/: \*node$|<<: \*confined/m);
  for (const block of blocks.slice(2)) expect(block).toMatch(/^ {4}user: (nginx|postgres)$/m);
  expect(compose).toMatch(
    /x-confined: &confined\n.*\n {2}read_only: true\n {2}cap_drop: \[ALL\]\n {2}security_opt: \["no-new-privileges:true"\]/,
  );
  expect(compose).toMatch(/x-node: &node\n {2}<<: \*confined/);
});

it('no secret has a default there', () => {
  for (const name of ['AUTH_SECRET', 'POSTGRES_PASSWORD']) expect(compose).toContain(`\${${name}:?}`);
});
