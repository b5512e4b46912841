import type { Gatehouse } from './gatehouse.js';
import { isRefusal } from './request.js';

/** The parts of Apollo Client 4 that are used here: given by the caller, so that this package does not depend on it. */
export interface ApolloParts<Link, Operation, Results> {
  readonly ApolloLink: new (handler: (operation: Operation, forward: (operation: Operation) => Results) => Results) => Link;
  readonly Observable: new (subscribe: (observer: Observer) => () => void) => Results;
}

interface Observer {
  // biome-ignore lint/suspicious/noExplicitAny: a result passes through as it is, whatever Apollo's type for it
  readonly next: (result: any) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

interface ApolloOperation {
  readonly setContext: (update: (context: { readonly headers?: Record<string, string> }) => object) => void;
}

interface Subscribable {
  readonly subscribe: (observer: Observer) => { readonly unsubscribe: () => void };
}

/**
 * The link that signs requests in. Put it right before the `HttpLink`:
 *
 *     import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
 *     const link = ApolloLink.from([gatehouseLink(gatehouse, { ApolloLink, Observable }), new HttpLink({ uri })]);
 */
export function gatehouseLink<Link, Operation extends ApolloOperation, Results extends Subscribable>(
  gatehouse: Gatehouse,
  { ApolloLink, Observable }: ApolloParts<Link, Operation, Results>,
): Link {
  return new ApolloLink((operation, forward) => new Observable((observer) => attemptTwice(gatehouse, operation, forward, observer)));
}

function attemptTwice<Operation extends ApolloOperation>(
  gatehouse: Gatehouse,
  operation: Operation,
  forward: (operation: Operation) => Subscribable,
  observer: Observer,
): () => void {
  let subscription: { readonly unsubscribe: () => void } | undefined;
  let isStopped = false;

  const attempt = (token: string | null, isLast: boolean): void => {
    if (isStopped) return;
    if (token !== null) operation.setContext(({ headers }) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }));
    let isDropped = false;
    /** The token was refused: this attempt's answer is not passed on, and another one is made with a new token. */
    const dropped = (answer: unknown, pass: () => void): void => {
      if (isDropped || isLast || token === null || !isRefusal(answer)) {
        if (!isDropped) pass();
        return;
      }
      isDropped = true;
      gatehouse
        .replacementFor(token)
        .then((next) => {
          if (next !== null) attempt(next, true);
          else {
            pass();
            observer.complete();
          }
        })
        .catch((error: unknown) => observer.error(error));
    };
    subscription = forward(operation).subscribe({
      next: (result) => dropped(result, () => observer.next(result)),
      error: (error) => dropped(error, () => observer.error(error)),
      complete: () => !isDropped && observer.complete(),
    });
  };

  gatehouse.accessToken().then(
    (token) => attempt(token, false),
    (error: unknown) => observer.error(error),
  );
  return () => {
    isStopped = true;
    subscription?.unsubscribe();
  };
}
