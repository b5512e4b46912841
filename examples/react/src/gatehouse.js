import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { createGatehouse, gatehouseLink, webStorageTokenStore } from '@gatehouse/client';

const url = import.meta.env.VITE_GATEHOUSE ?? 'http://localhost:4000';

/** Kept over a reload, and shared by all tabs: one of them refreshes for all. */
export const gatehouse = createGatehouse({ url, store: webStorageTokenStore() });

export const apollo = new ApolloClient({
  link: ApolloLink.from([gatehouseLink(gatehouse, { ApolloLink, Observable }), new HttpLink({ uri: `${url}/graphql` })]),
  cache: new InMemoryCache(),
});

// The next user of this browser must not see what the last one has asked for.
gatehouse.onChange(({ signedIn }) => {
  if (!signedIn) apollo.clearStore();
});
