import { readFileSync } from 'node:fs';
import { settings } from '../../src/config';

const compose = readFileSync('compose.yaml', 'utf8');

it('the compose file sets only what is a setting, and runs read-only without any right', () => {
  const block = /\n {2}environment:\n((?: {4}.*\n)+)/.exec(compose)?.[1] ?? '';
  const names = [...block.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect(Object.keys(settings.shape)).toContain(name);
  expect(compose).toMatch(/read_only: true[\s\S]*cap_drop: \[ALL\][\s\S]*no-new-privileges:true/);
});

it('no secret has a default there', () => {
  for (const name of ['AUTH_SECRET', 'POSTGRES_PASSWORD']) expect(compose).toContain(`\${${name}:?}`);
});
