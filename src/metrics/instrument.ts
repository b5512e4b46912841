import { SpanStatusCode, trace } from '@opentelemetry/api';
import { Failure, type FailureCode } from '../errors';
import type { Instrument } from '../operations/execute';

/** How an operation went: `OK`, or the code of its failure. */
export type Outcome = 'OK' | FailureCode;

export type OnOutcome = (operation: string, outcome: Outcome, seconds: number) => void;

/**
 * Tells how each call of an operation went, and makes it a span of the operator's OpenTelemetry SDK. Without an SDK a span is an empty
 * call. A span has the operation and the outcome, and nothing of the input or of the user.
 */
export const createInstrument =
  (onOutcome: OnOutcome): Instrument =>
  (operation, run) => {
    const startedAt = performance.now();
    // The tracer is asked for at each call: the SDK may be registered after this module was loaded.
    return trace.getTracer('gatehouse').startActiveSpan(`gatehouse.${operation}`, async (span) => {
      let outcome: Outcome = 'OK';
      try {
        return await run();
      } catch (error) {
        outcome = error instanceof Failure ? error.code : 'INTERNAL_SERVER_ERROR';
        throw error;
      } finally {
        span.setAttribute('gatehouse.outcome', outcome);
        // A refusal is what the gateway is for: only what it could not do is an error of the span.
        if (outcome === 'INTERNAL_SERVER_ERROR' || outcome === 'UNAVAILABLE') span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        onOutcome(operation, outcome, (performance.now() - startedAt) / 1000);
      }
    });
  };
