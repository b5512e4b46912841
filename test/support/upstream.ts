import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStage } from './stage';
import type { WireRequest } from './wire';

/** Files of a policy in a folder of their own; gives the path of `policy.json`. */
export function writePolicy(policy: unknown, others: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(readStage().folder, 'policy-'));
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text);
  const file = join(folder, 'policy.json');
  writeFileSync(file, typeof policy === 'string' ? policy : JSON.stringify(policy));
  return file;
}

export const manifestOf = (documents: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: Object.entries(documents).map(([id, body]) => ({ id, body, name: id, type: 'query' })),
  });

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const json = ['Content-Type', 'application/json'] as const;

/** A POST as Envoy's ext_authz sends it with `with_request_body`: the method and the body of the request, the path appended. */
export const fromEnvoy = (body: string | Buffer, headers: WireRequest['headers'] = [json], uri = '/graphql'): WireRequest => ({
  method: 'POST',
  path: `/v1/verify/graphql?uri=${uri}`,
  headers: headers ?? [],
  body,
});

/** A GET as Traefik and Caddy describe it. */
export const forwarded = (uri: string, method = 'GET', headers: WireRequest['headers'] = []): WireRequest => ({
  path: '/v1/verify/graphql',
  headers: [
    ['X-Forwarded-Method', method],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', 'shop.example.com'],
    ['X-Forwarded-Uri', uri],
    ...(headers ?? []),
  ],
});
