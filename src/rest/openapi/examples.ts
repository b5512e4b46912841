import { Failure, type FailureCode, type FailureDetails, failures } from '../../errors';
import { type Problem, toProblem } from '../../http/problem';

/** The parts of JSON Schema that the answers use. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** An answer that fits `schema`: a field's own example where it has one, and otherwise what its type and format say. */
export function exampleOf(schema: Schema, schemas: Readonly<Record<string, object>>): unknown {
  if (schema.$ref) return exampleOf((schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema, schemas);
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.some(({ type }) => type === 'null')) return null;
  if (schema.anyOf?.[0]) return exampleOf(schema.anyOf[0], schemas);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([name]) => schema.required?.includes(name))
        .map(([name, property]) => [name, exampleOf(property, schemas)]),
    );
  if (type === 'array') return schema.items ? [exampleOf(schema.items, schemas)] : [];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  return type === 'string' ? (formats[schema.format ?? ''] ?? 'text') : null;
}

const formats: Readonly<Record<string, string>> = {
  uuid: '0b5f2c1e-7d4a-4c3b-9a8f-6e5d4c3b2a19',
  'date-time': '2026-01-02T03:04:05.678Z',
};

const later = new Date(formats['date-time'] ?? 0);

/** What some codes say beside their words. */
const further: Partial<Record<FailureCode, FailureDetails>> = {
  INVALID_CODE: { triesLeft: 4 },
  REAUTHENTICATION_REQUIRED: { methods: ['PASSWORD'], maxAgeSeconds: 600 },
  EMAIL_NOT_VERIFIED: { attempt: 'gatehouse_ma_…' },
  PASSWORD_RESET_REQUIRED: { attempt: 'gatehouse_ma_…' },
  DELETION_SCHEDULED: { challenge: 'gatehouse_lc_…', deletesAt: later },
};

export const exampleRequestId = '3f1d8e52-6c7b-4a90-8e1f-2d3c4b5a6978';

/** A problem as the gateway writes it. */
export const exampleProblem = (code: FailureCode): Problem => toProblem(exampleFailure(code), exampleRequestId);

export function exampleFailure(code: FailureCode): Failure {
  const { status } = failures[code];
  return new Failure(code, {
    ...(code === 'UNAUTHENTICATED' && { reason: 'EXPIRED' }),
    ...(code === 'BAD_USER_INPUT' && { issues: [{ path: 'username', message: 'is required' }] }),
    ...(code === 'WEAK_PASSWORD' && { issues: [{ path: 'password', message: 'must have at least 8 characters' }] }),
    ...further[code],
    ...((status === 429 || status === 503) && { retryAfterSeconds: 1 }),
  });
}
