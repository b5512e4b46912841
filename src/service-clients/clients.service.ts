import { randomBytes, randomUUID } from 'node:crypto';
import { operator } from '../actor';
import { isUniqueViolation } from '../database/database';
import { badInput, Failure } from '../errors';
import { parseInput, text } from '../input';
import {
  type AuthenticateClient,
  type ClientAuthenticationDependencies,
  createClientAuthentication,
  hashSecret,
} from './client-authentication';

export type { AuthenticatedClient } from './client-authentication';

export interface ServiceClientInfo {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Within the hour. */
  readonly lastUsedAt: Date | null;
}

/** Services that may ask about tokens. They have an id and a secret, and prove themselves by HTTP Basic (RFC 6749 §2.3.1). */
export interface ClientsService {
  /** The secret is in this answer and nowhere else. @throws {Failure} BAD_USER_INPUT, also for a name that is taken */
  readonly create: (name: string) => Promise<ServiceClientInfo & { readonly secret: string }>;
  readonly list: () => Promise<ServiceClientInfo[]>;
  /** By id or name. @throws {Failure} NOT_FOUND */
  readonly remove: (which: string) => Promise<ServiceClientInfo>;
  /** Judges an `Authorization` header. @throws {Failure} UNAUTHENTICATED (none, or not Basic), INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly authenticate: AuthenticateClient;
}

const clientName = text(64).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must hold only letters, digits, dots, hyphens and underscores');

export function createClientsService(dependencies: ClientAuthenticationDependencies): ClientsService {
  const { database, audit, clock } = dependencies;
  const rows = database.client.serviceClient;

  return {
    create: async (name) => {
      const secret = `ghs_${randomBytes(32).toString('base64url')}`;
      const data = {
        id: randomUUID(),
        name: parseInput(clientName, name),
        secretHash: hashSecret(secret),
        createdAt: new Date(clock.now()),
      };
      try {
        return await audit.change(async (queries, note) => {
          note({ event: 'client.created', actor: operator, detail: `${data.name} ${data.id}` });
          return { ...toInfo(await queries.serviceClient.create({ data })), secret };
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw badInput({ path: 'name', message: 'is taken' });
        throw error;
      }
    },
    list: async () => (await rows.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })).map(toInfo),
    remove: async (which) => {
      const row = await rows.findFirst({ where: { OR: [{ id: which }, { name: which }] } });
      if (row === null) throw new Failure('NOT_FOUND');
      return audit.change(async (queries, note) => {
        const { count } = await queries.serviceClient.deleteMany({ where: { id: row.id } });
        if (count === 0) throw new Failure('NOT_FOUND');
        await database.notices.publish(queries, 'client', [row.id]);
        note({ event: 'client.deleted', actor: operator, detail: `${row.name} ${row.id}` });
        return toInfo(row);
      });
    },
    authenticate: createClientAuthentication(dependencies),
  };
}

function toInfo({ id, name, createdAt, lastUsedAt }: ServiceClientInfo): ServiceClientInfo {
  return { id, name, createdAt, lastUsedAt };
}
