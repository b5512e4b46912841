import { readFileSync } from 'node:fs';
import { failures } from '../../src/errors';

describe('docs/errors.md', () => {
  const document = readFileSync('docs/errors.md', 'utf8');
  const documented = [...document.matchAll(/^### `(\w+)` \((\d{3})\)$/gm)].map(([, code, status]) => `${code} ${status}`);

  it('has one entry for each code of the catalogue, with its status, and no other', () => {
    const catalogue = Object.entries(failures).map(([code, { status }]) => `${code} ${status}`);
    expect([...documented].sort()).toEqual([...catalogue].sort());
  });

  it('says for each what happened and what to do', () => {
    const entries = document.split(/^### /m).slice(1);
    for (const entry of entries) expect(entry.split('\n').slice(1).join(' ').trim().length).toBeGreaterThan(30);
  });

  it('lists them by status', () => {
    const statuses = documented.map((entry) => Number(entry.split(' ')[1]));
    expect(statuses).toEqual([...statuses].sort((left, right) => left - right));
  });
});
