import { z } from 'zod';
import { Answer } from '../answer';
import type { Execute } from '../operations/execute';
import { type BoundOperation, failuresOf, type RestBinding } from '../operations/operation';
import { unwrap } from '../operations/schemas';
import type { Route } from './route';

/** The rows of the route table that operations ask for. */
export const operationRoutes = (operations: readonly BoundOperation[], execute: Execute): Route[] =>
  operations.flatMap((operation) => (operation.rest ?? []).map((binding) => toRoute(operation, binding, execute)));

function toRoute(operation: BoundOperation, binding: RestBinding, execute: Execute): Route {
  const { name, access, summary, tag, input, inputIs, example, headers, output, restAnswer } = operation;
  const { method, path, status = 200, operationId = name } = binding;
  const hasBody = input !== undefined && method !== 'GET' && method !== 'DELETE';
  return {
    method,
    path,
    at: binding.at ?? 'versioned',
    access: access === 'public' || access === 'optional' ? 'public' : 'session',
    status,
    operationId,
    summary,
    tag,
    ...(headers && { headers }),
    ...(hasBody && { body: { schema: input, required: inputIs !== 'optional', example: example ?? {} } }),
    answer: answerSchema(output, restAnswer),
    failures: failuresOf(operation),
    run: async (context, { body, parameters }) => {
      const given = isEmpty(parameters) ? body : { ...(body as object | undefined), ...parameters };
      const { value, effects } = await execute(operation, context, input && toUpperEnums(input, given));
      return new Answer(toRestAnswer(value, restAnswer), effects);
    },
  };
}

type RestAnswer = BoundOperation['restAnswer'];

function answerSchema(output: z.ZodType, restAnswer: RestAnswer): z.ZodType {
  if (restAnswer === undefined) return output;
  if ('under' in restAnswer) return z.object({ [restAnswer.under]: output }).meta({ id: pascal(restAnswer.under) });
  const member = (output as z.ZodObject).shape[restAnswer.member] as z.ZodType | undefined;
  if (member === undefined) throw new Error(`the output has no member ${restAnswer.member}`);
  return member;
}

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function toRestAnswer(result: unknown, restAnswer: RestAnswer): unknown {
  if (restAnswer === undefined) return result;
  return 'under' in restAnswer ? { [restAnswer.under]: result } : (result as Readonly<Record<string, unknown>>)[restAnswer.member];
}

const isEmpty = (parameters: object): boolean => Object.keys(parameters).length === 0;

/** REST has the words of an enum in small letters, and takes either. */
function toUpperEnums(schema: z.ZodType, body: unknown): unknown {
  const { schema: object } = unwrap(schema, 'input');
  if (!(object instanceof z.ZodObject) || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const member = Object.hasOwn(object.shape, name) ? (object.shape[name] as z.ZodType) : undefined;
      const isWord = typeof value === 'string' && member !== undefined && unwrap(member, 'input').schema instanceof z.ZodEnum;
      return [name, isWord ? value.toUpperCase() : value];
    }),
  );
}
