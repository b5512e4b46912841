import { columnsOf, createSessionRows } from '../../src/database/session.rows';

/** One value for each column of a session and its user, in their order. */
const valuesOf = (changes: Readonly<Record<string, unknown>> = {}): unknown[] =>
  columnsOf('s', 'u')
    .split(', ')
    .map((column) => (column in changes ? changes[column] : column.endsWith('At"') ? '2026-01-01T00:00:00.000Z' : column));

describe('a session that is read again', () => {
  it('is the same object while every value is the same', () => {
    const read = createSessionRows(10);
    expect(read(valuesOf())).toBe(read(valuesOf()));
    expect(read(['3', ...valuesOf()], 1)).toBe(read(['4', ...valuesOf()], 1));
  });

  it.each(columnsOf('s', 'u').split(', '))('is another one when %s is', (column) => {
    const read = createSessionRows(10);
    const before = read(valuesOf());
    const changed = column.endsWith('At"') ? '2026-01-01T00:00:00.001Z' : 'changed';
    const after = read(valuesOf({ [column]: changed }));
    expect(after).not.toBe(before);
    expect(after).not.toEqual(before);
    expect(read(valuesOf({ [column]: null }))).not.toEqual(after);
  });

  it('is the same object where a driver gives each moment as a Date of its own', () => {
    const read = createSessionRows(10);
    const at = (milliseconds: number) => read(valuesOf({ 's."expiresAt"': new Date(milliseconds) }));
    expect(at(1)).toBe(at(1));
    expect(at(2)).not.toBe(at(1));
  });
});
