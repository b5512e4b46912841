import { z } from 'zod';
import { type FailureCode, failures } from '../errors';
import { expected, inputObject } from '../input';
import { maxAdvanceSeconds } from './test-clock';

const whole = (least: number, most: number) =>
  z.int(`must be a whole number from ${least} to ${most}`).min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);

export const clockInput = inputObject({
  now: z.iso
    .datetime({ offset: true, error: 'must be a moment as RFC 3339 writes it' })
    .transform((text) => Date.parse(text))
    .optional(),
  advanceSeconds: z
    .number(expected('a number'))
    .min(0, 'must not be negative')
    .max(maxAdvanceSeconds, `must be at most ${maxAdvanceSeconds}`)
    .optional(),
  frozen: z.boolean(expected('true or false')).optional(),
}).refine(({ now, advanceSeconds, frozen }) => (now ?? advanceSeconds ?? frozen) !== undefined, 'must have now, advanceSeconds or frozen');

export const usersInput = inputObject({
  count: whole(1, 100).default(1),
  roles: z.array(z.string(expected('a text')), expected('a list')).default([]),
  verified: z.boolean(expected('true or false')).default(true),
  password: z.string(expected('a text')).optional(),
});

export const faultInput = (operations: readonly string[]) =>
  inputObject({
    operation: z.string(expected('a text')).refine((name) => operations.includes(name), 'is no operation'),
    code: z.string(expected('a text')).transform((code, context): FailureCode => {
      if (Object.hasOwn(failures, code)) return code as FailureCode;
      context.addIssue({ code: 'custom', message: 'is no code of docs/errors.md' });
      return z.NEVER;
    }),
    times: whole(0, 1_000).default(1),
  });

/** Of the query of `/test/mails`. */
export const mailsInput = inputObject({
  to: z.string().optional(),
  kind: z.string().optional(),
  waitSeconds: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/, 'must be a number from 0 to 60')
    .transform(Number)
    .refine((value) => value <= 60, 'must be a number from 0 to 60')
    .default(0),
});
