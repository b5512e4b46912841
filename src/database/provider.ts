export type Provider = 'sqlite' | 'postgresql';

/** `file:` is SQLite; the settings allow nothing else but PostgreSQL. */
export const providerOf = (url: string): Provider => (url.startsWith('file:') ? 'sqlite' : 'postgresql');
