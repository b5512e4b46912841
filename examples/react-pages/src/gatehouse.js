import { createGatehouse, webStorageTokenStore } from '@gatehouse/client';

const url = import.meta.env.VITE_GATEHOUSE ?? 'http://localhost:4000';

export const gatehouse = createGatehouse({ url, store: webStorageTokenStore() });

/** A page of the gateway. Where it can, it leads back to where the reader is now. */
export const pageOf = (path) => `${url}/account${path}?${new URLSearchParams({ return_to: window.location.href })}`;
