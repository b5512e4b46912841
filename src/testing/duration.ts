const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `16m`, `31d`, `1h30m`, or a number of seconds. @throws {TypeError} */
export function toSeconds(duration: string | number): number {
  if (typeof duration === 'number' && Number.isFinite(duration) && duration >= 0) return duration;
  const parts = [...String(duration).matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== duration)
    throw new TypeError("a duration is a number of seconds, or a text such as '16m', '31d' or '1h30m'");
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * seconds[unit as keyof typeof seconds], 0);
}
