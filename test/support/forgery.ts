import { type KeyObject, sign } from 'node:crypto';
import { createSecrets, type Secrets } from '../../src/secrets';
import { openSigningKey } from '../../src/tokens/signing-key';
import type { House } from './house';

/** What somebody could sign who has the house's own key: tokens that are right in all but one thing. */
export interface Forger {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Signs a header and a payload, objects or raw JSON texts. */
  readonly sign: (header: object | string, payload: object | string) => string;
  /** Signs a header and a payload as they are spelt. */
  readonly signText: (header: string, payload: string) => string;
  /** The token with some of its header and claims exchanged; undefined takes a member out. */
  readonly alter: (token: string, changes: { readonly header?: object; readonly claims?: object }) => string;
}

export const secretsOf = ({ environment }: Pick<House, 'environment'>): Secrets => createSecrets([environment.AUTH_SECRET ?? '']);

export async function openForger(house: House): Promise<Forger> {
  const { database, keys } = house.app.services;
  const { kid: id } = await keys.active();
  const row = await database.client.signingKey.findUniqueOrThrow({ where: { id } });
  const { kid, privateKey, publicKey } = openSigningKey(row, secretsOf(house));
  const signText: Forger['signText'] = (header, payload) => {
    const content = `${header}.${payload}`;
    return `${content}.${sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const signed: Forger['sign'] = (header, payload) => signText(encode(header), encode(payload));
  return {
    kid,
    privateKey,
    publicKey,
    sign: signed,
    signText,
    alter: (token, { header, claims }) => signed({ ...readHeader(token), ...header }, { ...readClaims(token), ...claims }),
  };
}

export const encode = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

export const readHeader = (token: string): Record<string, unknown> => decode(token, 0);
export const readClaims = (token: string): Record<string, unknown> => decode(token, 1);

const decode = (token: string, part: 0 | 1): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8'));
