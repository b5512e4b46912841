import type { Answer, Person } from './doors';
import type { House } from './house';

/** Another code than this one. */
export const otherThan = (code: string): string => String((Number(code) + 1) % 100_000_000).padStart(8, '0');

/** What an answer says, but for what is another one each time: to be compared with that of another address. */
export function sameBut({ status, headers, text }: Answer): unknown {
  const names = [...headers.keys()].filter(
    (name) => !['date', 'x-request-id', 'content-length', 'ratelimit', 'ratelimit-policy'].includes(name),
  );
  const masked = text
    .replaceAll(/gatehouse_ma_[\w-]{64}/g, 'ATTEMPT')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'MOMENT')
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
    .replace(/,"extensions":\{"rateLimit":.*$/s, '');
  return { status, names, masked };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

/** The row of a person as it is now. */
export const rowOf = ({ app }: House, { id }: Pick<Person, 'id'>) => app.services.database.client.user.findUniqueOrThrow({ where: { id } });

/** The rows that a link could change, as they are. */
export async function snapshot({ app }: House): Promise<string> {
  const { user, session, mailToken, auditEvent, mail, reservedEmail } = app.services.database.client;
  const order = { orderBy: { id: 'asc' } } as const;
  return JSON.stringify([
    await user.findMany(order),
    await session.findMany(order),
    await mailToken.findMany(order),
    await auditEvent.findMany(order),
    await mail.findMany(order),
    await reservedEmail.findMany({ orderBy: { emailKey: 'asc' } }),
  ]);
}

/** Milliseconds of a request, on this machine and at this load: to be compared with others of the same run alone. */
export async function timed(send: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await send();
  return performance.now() - since;
}

/** Asks `times` times for each of two in turn, and compares their medians: the greater one over the smaller. */
export async function ratioOf(
  times: number,
  first: (at: number) => Promise<unknown>,
  second: (at: number) => Promise<unknown>,
): Promise<number> {
  const [left, right]: [number[], number[]] = [[], []];
  for (let at = 0; at < times; at += 1) {
    left.push(await timed(() => first(at)));
    right.push(await timed(() => second(at)));
  }
  const [one, two] = [median(left), median(right)];
  return Math.max(one, two) / Math.min(one, two);
}

/**
 * Of many at once one is right, and was done once. Others may have given up waiting for the database; where all of them have, `again` sends
 * one more.
 */
export async function expectOneRight(
  answers: readonly Answer[],
  again: () => Promise<Answer>,
  countDone: () => Promise<number>,
): Promise<void> {
  const isAnybodyLeft = (await countDone()) === 0 && answers.every(({ code }) => code === 'UNAVAILABLE');
  const codes = [...answers, ...(isAnybodyLeft ? [await again()] : [])].map(({ code }) => code);
  const right = codes.filter((code) => code === null).length;
  expect(codes.filter((code) => code !== null && code !== 'INVALID_CODE' && code !== 'UNAVAILABLE')).toEqual([]);
  expect([await countDone(), right <= 1]).toEqual([1, true]);
  if (!codes.includes('UNAVAILABLE')) expect(right).toBe(1);
}
