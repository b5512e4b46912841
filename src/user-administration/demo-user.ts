import { randomBytes } from 'node:crypto';
import type { AccountsService } from '../accounts/accounts.service';
import type { Database } from '../database/database';
import { Failure } from '../errors';

/** Somebody to log in as, for whoever starts a gateway to look at it. */
export interface DemoUser {
  readonly username: string;
  /** Known to nobody but to the reader of the first start's output. */
  readonly password: string;
}

const demoUsername = 'demo';

/** The demo user's name, while that user is there; null: it is not. @throws {Failure} UNAVAILABLE */
export async function findDemoUser(database: Database): Promise<string | null> {
  const where = { username: demoUsername, disabledAt: null };
  return (await database.client.user.findFirst({ where, select: { username: true } }))?.username ?? null;
}

/** Makes the demo user where nobody is registered yet; null: this is not the first start. @throws {Failure} UNAVAILABLE */
export async function createDemoUser(services: {
  readonly database: Database;
  readonly accounts: AccountsService;
}): Promise<DemoUser | null> {
  if ((await services.database.client.user.findFirst({ select: { id: true } })) !== null) return null;
  const demo = { username: demoUsername, password: randomBytes(15).toString('base64url') };
  try {
    await services.accounts.create({ ...demo, email: 'demo@example.com' });
    return demo;
  } catch (error) {
    if (error instanceof Failure && error.code === 'USERNAME_TAKEN') return null; // by a node that started at the same time
    throw error;
  }
}
