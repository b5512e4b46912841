import { randomUUID } from 'node:crypto';
import { commandLine } from '../../src/requester';
import { type Person, uniqueName } from './doors';
import type { House } from './house';

/** Somebody who is inside, for tests where no password matters: hashing one for each would be most of their time. */
export type Visitor = Omit<Person, 'password'>;

const requester = { ...commandLine, ipAddress: '192.0.2.7', userAgent: 'test', requestId: 'test' };

/** A user without a password, and a session. */
export async function newVisitor(house: House): Promise<Visitor> {
  const [id, username, now] = [randomUUID(), uniqueName(), new Date(house.clock.now())];
  const email = `${username}@example.com`;
  await house.app.services.database.client.user.create({
    data: { id, username, usernameKey: username, email, emailKey: email, createdAt: now, updatedAt: now },
  });
  return { id, username, email, ...(await anotherDevice(house, { id })) };
}

/** Another session of the same user. */
export async function anotherDevice(house: House, { id }: Pick<Visitor, 'id'>): Promise<Omit<Visitor, 'id' | 'username' | 'email'>> {
  const user = await house.app.services.database.client.user.findUniqueOrThrow({ where: { id } });
  const started = await house.app.services.sessions.start({
    user,
    requester,
    delivery: 'BODY',
    methods: ['pwd'],
  });
  const { session, accessToken, refreshToken } = started.value;
  return { sessionId: session.id, accessToken, refreshToken: refreshToken ?? '' };
}
