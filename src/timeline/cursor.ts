/**
 * A place in a list that is ordered by moment and id: nobody but us reads it, and whoever makes one up finds what is theirs all the same.
 */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

export const writeCursor = ({ at, id }: Place): string => Buffer.from(`${at.getTime()} ${id}`).toString('base64url');

/** Null: it is none of ours. */
export function readCursor(cursor: string): Place | null {
  const [, time, id] = /^(\d{1,15}) ([\da-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return time === undefined || id === undefined ? null : { at: new Date(Number(time)), id };
}
