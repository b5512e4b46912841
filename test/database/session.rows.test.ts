import { columnsOf, createSessionRows } from '../../src/database/session.rows';

/** A session that counts. */
const counting: Readonly<Record<string, unknown>> = {
  's."revokedAt"': null,
  'u."disabledAt"': null,
  's."generation"': 1,
  'u."generation"': 1,
};

/** One value for each column of a session and its user, in their order. */
const valuesOf = (changes: Readonly<Record<string, unknown>> = {}): unknown[] => {
  const known: Readonly<Record<string, unknown>> = { ...counting, ...changes };
  return columnsOf('s', 'u')
    .split(', ')
    .map((column) => (column in known ? known[column] : column.endsWith('At"') ? '2026-01-01T00:00:00.000Z' : column));
};

describe('a session that is read again', () => {
  afterEach(() => jest.restoreAllMocks());

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

  it.each(['s."revokedAt"', 'u."disabledAt"', 's."generation"'])('is not kept once it does not count any more, by %s', (column) => {
    const read = createSessionRows(10);
    const before = read(valuesOf());
    const over = valuesOf({ [column]: column.endsWith('At"') ? '2026-01-01T00:00:00.000Z' : 2 });
    expect(read(over)).not.toBe(read(over));
    expect(read(valuesOf())).not.toBe(before);
  });

  it('is forgotten when it was not read for three minutes, or when as many others were', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const read = createSessionRows(10);
    const first = read(valuesOf());
    now.mockReturnValue(119_999);
    expect(read(valuesOf())).toBe(first);
    now.mockReturnValue(119_999 + 180_000);
    expect(read(valuesOf())).not.toBe(first);
    const second = read(valuesOf());
    for (let other = 0; other < 4; other += 1) read(valuesOf({ 's."id"': `other ${other}` }));
    expect(read(valuesOf())).toBe(second);
    for (let other = 0; other < 10; other += 1) read(valuesOf({ 's."id"': `another ${other}` }));
    expect(read(valuesOf())).not.toBe(second);
  });
});
