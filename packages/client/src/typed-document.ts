import type { DocumentNode } from 'graphql';

/**
 * A document that knows what it asks with and what comes back: Apollo Client, urql and graphql-request infer both from `__apiType`, by
 * its shape. Of `@graphql-typed-document-node/core`, which a page would install for these lines alone.
 */
export interface TypedDocumentNode<Result = { readonly [name: string]: unknown }, Variables = { readonly [name: string]: unknown }>
  extends DocumentNode {
  readonly __apiType?: (variables: Variables) => Result;
}
