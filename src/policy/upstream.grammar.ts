import { z } from 'zod';

/** Members of a path that the gateway serves itself, in front of one GraphQL service. */

const whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.int(rule).min(least, rule).max(most, rule);
};

const isPlainUrl = (value: string, protocols: readonly string[]): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, hash } = new URL(value);
  return protocols.includes(protocol) && username === '' && password === '' && hash === '';
};

const serviceUrl = z
  .string()
  .refine(
    (value) => isPlainUrl(value, ['http:', 'https:']),
    'must be an http or https URL without user, password and fragment, such as http://127.0.0.1:3000/graphql',
  );

/** RFC 9110 §5.6.2, in small letters as Node has header names. */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'must be the name of a header')
  .transform((name) => name.toLowerCase());

/** What the gateway says itself, or what belongs to one connection: no setting may name it. */
const reservedHeaders = new Set([
  ...['accept', 'accept-encoding', 'authorization', 'connection', 'content-encoding', 'content-length', 'content-type', 'cookie', 'expect'],
  ...['host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via', 'forwarded', 'date', 'origin', 'referer'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-real-ip', 'x-request-id', 'set-cookie'],
]);

/** As servers read names that take `_` and `.` for `-`. */
export const foldHeaderName = (name: string): string => name.replaceAll(/[._]/g, '-');

const isReserved = (name: string): boolean => {
  const plain = foldHeaderName(name);
  return reservedHeaders.has(plain) || /^(x-auth-|proxy-|sec-)/.test(plain);
};

const ownHeader = headerName.refine((name) => !isReserved(name), 'must not be a header that the gateway or a connection says itself');

/** In an answer `set-cookie` may be named, and nothing that says how the bytes travel. */
const answerHeader = headerName.refine(
  (name) => name === 'set-cookie' || name === 'date' || (!isReserved(name) && name !== 'cache-control' && name !== 'www-authenticate'),
  'must not be a header that the gateway or a connection says itself',
);

type Template = string | number | boolean | null | readonly Template[] | { readonly [name: string]: Template };
const template: z.ZodType<Template> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(template), z.record(z.string(), template)]),
);

const subscriptions = z.strictObject({
  url: z
    .string()
    .refine((value) => isPlainUrl(value, ['ws:', 'wss:']), 'must be a ws or wss URL without user, password and fragment')
    .optional(),
  until: z.enum(['token', 'session']).default('token'),
  perSession: whole(1, 1_000).default(10),
  perNode: whole(1, 1_000_000).default(10_000),
});

const uploads = z
  .strictObject({
    maxFiles: whole(1, 100).default(5),
    maxFileBytes: whole(1, 1_073_741_824).default(10_485_760),
    maxBytes: whole(1, 4_294_967_296).default(26_214_400),
    anonymous: z.boolean().default(false),
  })
  .refine(({ maxFileBytes, maxBytes }) => maxFileBytes <= maxBytes, 'must not have maxFileBytes above maxBytes');

const upstream = z.strictObject({
  url: serviceUrl,
  identity: z.enum(['headers', 'jwt', 'token', 'none']).default('headers'),
  claims: z.record(z.string().min(1), template).default({}),
  headers: z.record(ownHeader, z.string()).default({}),
  secretHeaders: z.record(ownHeader, z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')).default({}),
  forward: z.array(ownHeader).default([]),
  answerHeaders: z.array(answerHeader).default([]),
  timeoutMs: whole(100, 120_000).default(10_000),
  maxBodyBytes: whole(1_024, 1_048_576).default(102_400),
  maxAnswerBytes: whole(1_024, 1_073_741_824).default(10_485_760),
  connections: whole(1, 1_024).default(128),
  subscriptions: subscriptions.optional(),
  uploads: uploads.optional(),
  errors: z.enum(['pass', 'mask']).default('pass'),
});

const typeName = /^[A-Za-z][A-Za-z0-9_]*$/;
const rootField = z.string().regex(/^(Query|Mutation)\.[A-Za-z_]\w*$/, 'must be named Query.field or Mutation.field');

const own = z.strictObject({
  typePrefix: z.string().regex(typeName, 'must begin a name of GraphQL').or(z.literal('')).default(''),
  hide: z.array(rootField).default([]),
  rename: z.record(rootField, z.string().regex(typeName, 'must be a name of GraphQL')).default({}),
});

export type UpstreamSettings = z.output<typeof upstream>;
export type UploadSettings = z.output<typeof uploads>;
export type SubscriptionSettings = z.output<typeof subscriptions>;
export type OwnSettings = z.output<typeof own>;

const documents = z.strictObject({
  file: z.string().min(1).optional(),
  mode: z.enum(['off', 'audit', 'only']).default('off'),
  automatic: z.boolean().default(false),
});

const fieldOfRoot = z.string().regex(/^[A-Za-z_]\w*\.[A-Za-z_]\w*$/, 'must be named Type.field');

export const upstreamMembers = {
  documents: documents.optional(),
  upstream: upstream.optional(),
  own: own.optional(),
  introspection: z.enum(['off', 'all', 'granted']).optional(),
  refused: z.enum(['operation', 'field']).optional(),
  /** Seconds for which an answer is kept for everybody, by `Query.field`. */
  cache: z.record(fieldOfRoot, whole(1, 86_400)).optional(),
  /** What is forgotten of it when a field of `Mutation` has run. */
  invalidates: z.record(fieldOfRoot, z.array(fieldOfRoot).min(1)).optional(),
  /** Names of `@tag`: what has one of them is not there for clients. */
  hidden: z.array(z.string().min(1)).default([]),
} as const;
