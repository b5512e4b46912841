import { z } from 'zod';
import { version } from '../../version';
import type { Route } from '../route';
import { createOpenApi } from './document';

/** The row that serves the document of all rows, itself included. */
export function openApiRoute(others: readonly Route[]): Route {
  const row: Route = {
    method: 'GET',
    path: '/openapi.json',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'openapi',
    summary: 'This document',
    tag: 'Operation',
    answer: z.looseObject({ openapi: z.literal('3.1.0') }).meta({ id: 'OpenApiDocument' }),
    cacheControl: 'public, max-age=300',
    failures: [],
    run: async () => document(),
  };
  let made: object | undefined;
  const document = (): object => {
    made ??= createOpenApi([...others, row], version);
    return made;
  };
  return row;
}
