// What a front end goes on with where a password alone does not log in: each ends in tokens that the client keeps.
import * as otpauth from 'otpauth';
import {
  ConfirmTotpDocument,
  createGatehouse,
  findGatehouseError,
  ProfileDocument,
  RequestLoginCodeDocument,
  RequestRegistrationDocument,
  StartTotpDocument,
} from '../../packages/client/src/index';
import { uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();
const password = 'a quiet garden gate';

describe('The client', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on', AUTH_REGISTRATION: 'verified' });
  });
  afterAll(() => house.close());

  const client = () => createGatehouse({ url: house.url, now: house.clock.now });
  const somebodyNew = async () => {
    const [kate, username] = [client(), uniqueName()];
    const email = `${username}@example.com`;
    const { attempt } = (await kate.request(RequestRegistrationDocument, { input: { email } })).requestRegistration;
    const { code } = await mailbox.next(email, 'register-code');
    const { user } = await kate.completeRegistration({ attempt, code: code ?? '', username, password });
    return { kate, username, email, id: user.id };
  };

  it('makes an account with the code of a mail, and logs in with one', async () => {
    const { kate, username, email } = await somebodyNew();
    expect((await kate.request(ProfileDocument)).profile.username).toBe(username);
    const phone = client();
    const { attempt } = (await phone.request(RequestLoginCodeDocument, { input: { email } })).requestLoginCode;
    const { code } = await mailbox.next(email, 'login-code');
    await phone.loginWithCode({ attempt, code: code ?? '' });
    expect((await phone.request(ProfileDocument)).profile.username).toBe(username);
  });

  it('goes on with a log-in that asks for a second factor, and is signed in by it alone', async () => {
    const { kate, username, id } = await somebodyNew();
    const { uri } = (await kate.request(StartTotpDocument)).startTotp;
    const app = otpauth.URI.parse(uri) as otpauth.TOTP;
    const totp = () => app.generate({ timestamp: house.clock.now() });
    await kate.request(ConfirmTotpDocument, { input: { code: totp() } });
    house.clock.advance(31); // a code counts once

    const phone = client();
    const refused = findGatehouseError(await phone.login({ username, password }).catch((error: unknown) => error));
    expect([refused?.code, await phone.isSignedIn()]).toEqual(['SECOND_FACTOR_REQUIRED', false]);
    const challenge = refused?.details.challenge ?? '';
    await expect(phone.completeLogin({ challenge, totp: '000000' })).rejects.toMatchObject({ code: 'INVALID_CODE' });
    expect(await phone.isSignedIn()).toBe(false);
    const { user } = await phone.completeLogin({ challenge, totp: totp() });
    expect([user.id, (await phone.request(ProfileDocument)).profile.id]).toEqual([id, id]);
  });
});
