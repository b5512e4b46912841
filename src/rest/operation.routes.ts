import { Readable } from 'node:stream';
import { z } from 'zod';
import { Answer } from '../answer';
import { toSnakeNames } from '../case';
import type { Execute } from '../operations/execute';
import { type BoundOperation, failuresOf, isEverybodys, type RestBinding } from '../operations/operation';
import { type PagedDocument, writeDocument } from '../operations/paged-document';
import { lowersEnums, toUpperEnums } from './enum-words';
import { describeQuery, readQuery } from './query-parameters';
import { Reply, type Route } from './route';

/** The rows of the route table that operations ask for. */
export const operationRoutes = (operations: readonly BoundOperation[], execute: Execute): Route[] =>
  operations.flatMap((operation) => (operation.rest ?? []).map((binding) => toRoute(operation, binding, execute)));

function toRoute(operation: BoundOperation, binding: RestBinding, execute: Execute): Route {
  const { name, access, summary, tag, input, inputIs, example, headers, output, restAnswer } = operation;
  const { method, path, status = 200, operationId = name } = binding;
  const hasBody = input !== undefined && method !== 'GET' && method !== 'DELETE' && hasMore(input, parametersIn(path));
  const lowerEnums = lowersEnums(output) ?? ((answer: unknown) => answer);
  const asked = input !== undefined && method === 'GET' ? input : undefined;
  return {
    method,
    path,
    at: binding.at ?? 'versioned',
    access: isEverybodys(access) ? 'public' : 'session',
    status,
    operationId,
    summary,
    tag,
    ...(headers && { headers }),
    ...(asked && { query: describeQuery(asked, parametersIn(path)) }),
    ...(hasBody && { body: { schema: bodyOf(input, parametersIn(path)), required: inputIs !== 'optional', example: example ?? {} } }),
    answer: answerSchema(output, restAnswer),
    failures: failuresOf(operation),
    ...(restAnswer && 'attachment' in restAnswer && { answerHeaders: { 'Content-Disposition': 'That it is a file, and its name' } }),
    run: async (context, { body, parameters, query }) => {
      const sent = asked ? readQuery(query, asked) : body;
      const given = isEmpty(parameters) ? sent : { ...(sent as object | undefined), ...parameters };
      const { value, effects } = await execute(operation, context, input && toUpperEnums(input, given));
      return new Answer(toRestAnswer(lowerEnums(value), restAnswer), effects);
    },
  };
}

type RestAnswer = BoundOperation['restAnswer'];

function answerSchema(output: z.ZodType, restAnswer: RestAnswer): z.ZodType {
  if (restAnswer === undefined || 'attachment' in restAnswer) return output;
  if ('under' in restAnswer) return z.object({ [restAnswer.under]: output }).meta({ id: pascal(restAnswer.under) });
  const member = (output as z.ZodObject).shape[restAnswer.member] as z.ZodType | undefined;
  if (member === undefined) throw new Error(`the output has no member ${restAnswer.member}`);
  return member;
}

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function toRestAnswer(result: unknown, restAnswer: RestAnswer): unknown {
  if (restAnswer === undefined) return result;
  if ('attachment' in restAnswer) return toFile(result as PagedDocument, restAnswer.attachment);
  return 'under' in restAnswer ? { [restAnswer.under]: result } : (result as Readonly<Record<string, unknown>>)[restAnswer.member];
}

/** Written while it is read. */
const toFile = (document: PagedDocument, name: string): Reply =>
  new Reply(
    200,
    { 'content-type': 'application/json; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
    Readable.from(writeDocument(document, toSnakeNames)),
  );

/** Whether the input has a field that does not stand in the path. */
const hasMore = (input: z.ZodType, inPath: readonly string[]): boolean =>
  !(input instanceof z.ZodObject) || Object.keys(input.shape).some((name) => !inPath.includes(name));

/** What does not stand in the path already. */
function bodyOf(input: z.ZodType, inPath: readonly string[]): z.ZodType {
  if (inPath.length === 0 || !(input instanceof z.ZodObject)) return input;
  return z.strictObject(Object.fromEntries(Object.entries(input.shape).filter(([name]) => !inPath.includes(name))) as z.ZodRawShape);
}

const parametersIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

const isEmpty = (parameters: object): boolean => Object.keys(parameters).length === 0;
