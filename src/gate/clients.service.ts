import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AuditService, operator } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import { type Database, isUniqueViolation } from '../database/database';
import { badInput, Failure } from '../errors';
import { parseInput, text } from '../input';
import { equalInConstantTime } from '../secrets';

declare const proven: unique symbol;

/** The proof that a request comes from a service client. Only {@link createClientsService} makes one. */
export interface AuthenticatedClient {
  readonly [proven]: true;
  readonly id: string;
  readonly name: string;
}

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
  /** Judges an `Authorization` header. @throws {Failure} UNAUTHENTICATED (none, or not Basic), INVALID_CREDENTIALS, UNAVAILABLE */
  readonly authenticate: (authorization: string | undefined) => Promise<AuthenticatedClient>;
}

const clientName = text(64).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must hold only letters, digits, dots, hyphens and underscores');

const secretFormat = /^ghs_[A-Za-z0-9_-]{43}$/;

/** How often the moment of the last use is written, in seconds: not at every request. */
const lastUsedEverySeconds = 3_600;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly clock: Clock;
}

export function createClientsService({ database, audit, clock }: Dependencies): ClientsService {
  const rows = database.client.serviceClient;

  const noteUse = async (id: string): Promise<void> => {
    const now = clock.now();
    const isOld = { OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: secondsAfter(now, -lastUsedEverySeconds) } }] };
    await rows.updateMany({ where: { id, ...isOld }, data: { lastUsedAt: new Date(now) } });
  };

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
          note({ event: 'client.created', client: operator, detail: `${data.name} ${data.id}` });
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
        note({ event: 'client.deleted', client: operator, detail: `${row.name} ${row.id}` });
        return toInfo(row);
      });
    },
    authenticate: async (authorization) => {
      if (authorization === undefined) throw new Failure('UNAUTHENTICATED', { reason: 'MISSING' });
      const presented = readBasic(authorization);
      if (presented === null) throw new Failure('UNAUTHENTICATED', { reason: 'MALFORMED' });
      const row = isId(presented.id) ? await rows.findUnique({ where: { id: presented.id } }) : null;
      // An unknown client costs what a wrong secret costs: one hash and one comparison.
      const matches = equalInConstantTime(Buffer.from(hashSecret(presented.secret)), Buffer.from(row?.secretHash ?? noSecretHash));
      if (row === null || !matches || !secretFormat.test(presented.secret)) throw new Failure('INVALID_CREDENTIALS');
      if (row.lastUsedAt === null || row.lastUsedAt.getTime() < clock.now() - lastUsedEverySeconds * 1000) await noteUse(row.id);
      // The one place that makes the proof: the secret was right.
      return { id: row.id, name: row.name } as AuthenticatedClient;
    },
  };
}

/**
 * SHA-256 is enough here, and bcrypt would only slow every request: the secret is 256 random bits, which no dictionary
 * holds. It has no key, so that a change of AUTH_SECRET locks no service out.
 */
const hashSecret = (secret: string): string => `gs1$${createHash('sha256').update(secret).digest('base64url')}`;

/** No secret has this hash. */
const noSecretHash = `gs1$${'A'.repeat(43)}`;

const isId = (value: string): boolean => z.uuid().safeParse(value).success;

/** RFC 7617 §2, with both parts form-encoded as RFC 6749 §2.3.1 has it. */
function readBasic(authorization: string): { readonly id: string; readonly secret: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return null;
  try {
    return { id: decodeForm(pair.slice(0, colon)), secret: decodeForm(pair.slice(colon + 1)) };
  } catch {
    return null; // a stray %
  }
}

const decodeForm = (part: string): string => decodeURIComponent(part.replaceAll('+', ' '));

function toInfo({ id, name, createdAt, lastUsedAt }: ServiceClientInfo): ServiceClientInfo {
  return { id, name, createdAt, lastUsedAt };
}
