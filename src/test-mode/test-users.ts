import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { AccountsService } from '../accounts/accounts.service';
import type { Database } from '../database/database';
import { commandLine } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import type { usersInput } from './test-mode.inputs';

/** Somebody of a test, who is signed in. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

interface Dependencies {
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
  readonly database: Database;
}

/** One after the other: together they would fill the queue of the hashing threads. @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD */
export async function makeTestUsers({ count, ...wishes }: z.output<typeof usersInput>, dependencies: Dependencies): Promise<TestUser[]> {
  const users: TestUser[] = [];
  for (let made = 0; made < count; made += 1) users.push(await makeTestUser(wishes, dependencies));
  return users;
}

async function makeTestUser(
  { roles, verified, password = randomBytes(12).toString('base64url') }: Omit<z.output<typeof usersInput>, 'count'>,
  { accounts, sessions, database }: Dependencies,
): Promise<TestUser> {
  const username = `test-${randomBytes(6).toString('hex')}`;
  const email = `${username}@example.com`;
  const { id } = await accounts.create({ username, email, password }, { roles, verified });
  const user = await database.client.user.findUniqueOrThrow({ where: { id } });
  const { value } = await sessions.start({ user, requester: commandLine, delivery: 'BODY', methods: ['pwd'], event: 'user.registered' });
  return { id, username, email, password, access_token: value.accessToken, refresh_token: value.refreshToken ?? '' };
}
