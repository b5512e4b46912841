import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { Failure, type FailureCode } from '../errors';

/** How an operation went: `OK`, or the code of its failure. */
export type Outcome = 'OK' | FailureCode;

export type OnOutcome = (operation: string, outcome: Outcome, seconds: number) => void;

type Method = (...args: never[]) => Promise<unknown>;

/**
 * A service whose named methods tell how each call went, and are spans of the operator's OpenTelemetry SDK. Both doors
 * call the service, so both are seen; without an SDK a span is an empty call.
 *
 * A span has the operation and the outcome, and nothing of the input or of the user.
 */
export function observed<Service extends object>(
  service: Service,
  names: { readonly [Key in keyof Service as Service[Key] extends Method ? Key : never]?: string },
  onOutcome: OnOutcome,
): Service {
  const wrapped = Object.entries(names).map(([method, operation]) => {
    const call = service[method as keyof Service] as Method;
    return [method, (...args: never[]) => watch(operation as string, () => call(...args), onOutcome)];
  });
  return { ...service, ...Object.fromEntries(wrapped) }; // the methods are closures: none asks for `this`
}

/** Asked for at each call: the SDK may be registered after this module was loaded. */
const tracer = () => trace.getTracer('gatehouse');

function watch<T>(operation: string, call: () => Promise<T>, onOutcome: OnOutcome): Promise<T> {
  const startedAt = performance.now();
  return tracer().startActiveSpan(`gatehouse.${operation}`, async (span) => {
    let outcome: Outcome = 'OK';
    try {
      return await call();
    } catch (error) {
      outcome = error instanceof Failure ? error.code : 'INTERNAL_SERVER_ERROR';
      throw error;
    } finally {
      endSpan(span, outcome);
      onOutcome(operation, outcome, (performance.now() - startedAt) / 1000);
    }
  });
}

/** A refusal is what the gateway is for: only what it could not do is an error of the span. */
function endSpan(span: Span, outcome: Outcome): void {
  span.setAttribute('gatehouse.outcome', outcome);
  if (outcome === 'INTERNAL_SERVER_ERROR' || outcome === 'UNAVAILABLE') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
