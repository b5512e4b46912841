import { z } from 'zod';

/** Rules that settings of several rooms have. Each message says the rule and never the value. */
export const dayInSeconds = 24 * 60 * 60;

export const wholeNumber = (least: number, most: number, what = 'a whole number') => {
  const rule = `must be ${what} from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);
};

export const seconds = (least: number, most: number) => wholeNumber(least, most, 'whole seconds');

export const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((value) => value === 'on');

export const commaSeparated = (value: string): string[] => value.split(',').map((part) => part.trim());

export const parseUrl = (value: string): URL | null => (URL.canParse(value) ? new URL(value) : null);

export const webUrl = z.string().refine((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ''), 'must be an http or https URL');

/** Names and addresses that never leave the machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3), as a URL has them: IPv6 in brackets. */
export const isLoopback = (hostname: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
