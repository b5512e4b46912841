import { Extensions, type MiddlewareFn, UseMiddleware } from 'type-graphql';
import type { RequestContext } from '../context';
import { type Access, requireAccess } from './access';

/**
 * Who may have a field of ours, in the words of a policy file and decided by the same function as forward-auth does. It
 * runs after `renewForEachMutation`, as type-graphql's own `@Authorized` cannot: that runs before any
 * middleware, on what was true before the mutations that a document has run already. What a service needs to know of
 * the caller it still takes as a proof; this says it beside the field, for readers, for tests and for roles.
 */
export function Requires(access: Access): MethodDecorator {
  const declare = Extensions({ access });
  if (access === 'public') return declare; // asking about a token that nobody needs would cost a query
  const check: MiddlewareFn<RequestContext> = async ({ context }, next) => {
    await requireAccess([access], context.verdict, context.freshness);
    return next();
  };
  const guard = UseMiddleware(check);
  return (...method) => {
    declare(...method);
    guard(...method);
  };
}
