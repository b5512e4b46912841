import { type Answer, type Door, newPerson, type Person, rest } from '../support/doors';
import type { House } from '../support/house';
import { Authenticator } from '../support/passkey-authenticator';

/** Browsers take passkeys for an https page. */
export const withPasskeys = { PUBLIC_URL: 'https://gatehouse.test' };

/** Somebody whose address has been proved: before that no factor can be added. */
export async function provedPerson(house: House): Promise<Person> {
  const person = await newPerson(house);
  const { client, notices } = house.app.services.database;
  await client.user.update({ where: { id: person.id }, data: { emailVerifiedAt: new Date(house.clock.now()) } });
  await notices.publish(client, 'user', [person.id]);
  return person;
}

export interface Owner extends Person {
  readonly passkey: Authenticator;
  readonly passkeyId: string;
  readonly recoveryCodes: readonly string[];
}

/** Asks for options, and adds what the authenticator makes of them. */
export async function add(house: House, person: Person, passkey = new Authenticator(), door: Door = rest, input?: object): Promise<Answer> {
  const options = await door.send(house, 'newPasskeyOptions', input, person.accessToken);
  if (options.code !== null) throw new Error(options.text);
  return door.send(house, 'addPasskey', { passkey: passkey.create(options.body.publicKey) }, person.accessToken);
}

/** Somebody with a passkey. */
export async function owner(house: House, passkey = new Authenticator(), person?: Person): Promise<Owner> {
  const somebody = person ?? (await provedPerson(house));
  const added = await add(house, somebody, passkey);
  if (added.code !== null) throw new Error(added.text);
  return { ...somebody, passkey, passkeyId: added.body.passkey.id, recoveryCodes: added.body.recoveryCodes };
}

/** Options for a log-in without a name; or of a challenge, or of a session. */
export async function optionsOf(house: House, door: Door = rest, input?: object, token?: string) {
  const { code, body, text } = await door.send(house, 'passkeyOptions', input, token);
  if (code !== null) throw new Error(text);
  return body.publicKey;
}

export const logInWith = async (house: House, passkey: Authenticator, door: Door = rest, spoilt = {}): Promise<Answer> =>
  door.send(house, 'loginWithPasskey', { passkey: passkey.get(await optionsOf(house, door), spoilt) });
