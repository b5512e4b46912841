import * as otpauth from 'otpauth';
import { type Answer, newPerson, type Person, rest } from './doors';
import type { House } from './house';

export interface Enrolled extends Person {
  readonly app: otpauth.TOTP;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** The code that somebody else's generator shows, so many seconds from now. */
export const shown = (house: House, app: otpauth.TOTP, offsetSeconds = 0): string =>
  app.generate({ timestamp: house.clock.now() + offsetSeconds * 1000 });

export async function enrol(house: House, person?: Person): Promise<Enrolled> {
  const owner = person ?? (await newPerson(house));
  await house.app.services.database.client.user.update({ where: { id: owner.id }, data: { emailVerifiedAt: new Date(house.clock.now()) } });
  await house.app.services.database.notices.publish(house.app.services.database.client, 'user', [owner.id]);
  const started = await rest.send(house, 'startTotp', undefined, owner.accessToken);
  expect([started.status, started.code]).toEqual([200, null]);
  const app = otpauth.URI.parse(started.body.uri) as otpauth.TOTP;
  const confirmed = await rest.send(house, 'confirmTotp', { code: shown(house, app) }, owner.accessToken);
  expect([confirmed.status, confirmed.code]).toEqual([200, null]);
  return { ...owner, app, secret: started.body.secret, recoveryCodes: confirmed.body.recoveryCodes };
}

/** The step of the code that confirmed is used up: the next one counts. */
export const nextStep = (house: House): void => house.clock.advance(30);

export async function challengeOf(house: House, { username, password }: Person): Promise<Answer> {
  const answer = await rest.send(house, 'login', { username, password });
  expect([answer.status, answer.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
  return answer;
}
