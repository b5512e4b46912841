import { type Language, ours, say } from './words';

const notMe = 'This was not me';
const ignore = [say`If this was not you, do nothing: nothing has changed.`];
const dispute = (hasButton: boolean) => [
  say`If this was you, there is nothing to do.`,
  hasButton
    ? say`If this was not you, press the button. Every session of the account ends, its password opens nothing any more, and you are sent
        a code for a new one.`
    : say`If this was not you, ask for a new password where you log in, at once: that ends every session of the account.`,
];
export const english: Language = {
  tag: 'en',
  region: 'en-GB',
  labels: { code: 'Your code', link: 'Or open this link', account: 'Account', time: 'Time', network: 'Network', browser: 'Browser' },
  browserOn: (browser, system) => `${browser} on ${system}`,
  codeWorks: (span, until) => ours(`The code works for ${span}, until ${until}.`),
  linkWorks: (span, until) => ours(`The button works for ${span}, until ${until}.`),
  footer: (service) =>
    ours(`You have this mail because it is about your account, or your address, at ${service}. Nobody reads an answer to it.`),
  wording: {
    'register-code': ({ service }) => ({
      subject: 'Finish registering',
      before: [
        say`Somebody wants to register at ${service} with this address. If that is you, enter the code where you were asked for it.`,
      ],
      button: 'Finish registering',
      stranger: [say`If it is not you, do nothing: without the code nobody gets an account with your address. Tell the code to nobody.`],
    }),
    'register-taken': ({ service, username }) => ({
      subject: 'You have an account already',
      before: [
        say`Somebody wanted to register at ${service} with this address. It has an account already: ${username}.`,
        say`If that was you, log in as usual. If you do not know the password any more, ask for a new one where you log in.`,
      ],
      stranger: ignore,
    }),
    'verify-code': ({ service, username, provider }) => ({
      subject: 'Confirm your address',
      before: [
        say`The account ${username} at ${service} has this address. If the account is yours, enter the code where you were asked for it.`,
        ...(provider === '' ? [] : [say`It was made through ${provider}: whoever has that account there opens it.`]),
      ],
      button: 'Confirm the address',
      stranger: [say`If the account is not yours, do nothing: without the code the address is not confirmed. Tell the code to nobody.`],
    }),
    'reset-code': ({ service, username }) => ({
      subject: 'Set a new password',
      before: [
        say`A new password was asked for, for the account ${username} at ${service}. Enter the code where you were asked for it, and
            choose a new one.`,
      ],
      button: 'Set a new password',
      after: [say`Every session of the account ends when you do, on every device.`],
      stranger: [say`If this was not you, do nothing: your password stays as it is. Tell the code to nobody.`],
    }),
    'reset-disabled': ({ service, username }) => ({
      subject: 'Your account is disabled',
      before: [
        say`A new password was asked for, for the account ${username} at ${service}. The account is disabled, so it cannot have one. Ask
            those who run ${service}.`,
      ],
      stranger: ignore,
    }),
    'reset-scheduled': ({ service, username, deletesAt, hasButton }) => ({
      subject: 'Your account is going to be deleted',
      before: [
        say`A new password was asked for, for the account ${username} at ${service}. The account will be deleted on ${deletesAt}, so it
            cannot have one.`,
        hasButton
          ? say`If you want to keep the account, press the button. After that you can ask for a new password again.`
          : say`If you want to keep the account, ask those who run ${service}.`,
      ],
      button: 'Keep the account',
      stranger: ignore,
    }),
    'login-code': ({ service, username, hasButton }) => ({
      subject: 'Your code to log in',
      before: [say`Here is the code to log in to the account ${username} at ${service}. Enter it where you were asked for it.`],
      button: 'Log in',
      after: hasButton ? [say`The button works in the browser in which you asked for the code. In any other it shows the code.`] : [],
      stranger: [say`If this was not you, do nothing, and tell the code to nobody: whoever has it can log in.`],
    }),
    'reauthentication-code': ({ service, username }) => ({
      subject: 'Your code to confirm that it is you',
      before: [
        say`Here is the code for what you want to do in the account ${username} at ${service}. Enter it where you were asked for it.`,
      ],
      stranger: [
        say`If this was not you, tell the code to nobody: somebody is logged in to your account. End your other sessions, and set a new
            password.`,
      ],
    }),
    'change-code': ({ service, username, hasButton }) => ({
      subject: 'Confirm your new address',
      before: [say`The account ${username} at ${service} is to have this address. Enter the code where you were asked for it.`],
      button: 'Confirm the new address',
      after: hasButton
        ? [say`The button works in a browser in which you are logged in to that account. In any other it shows the code.`]
        : [],
      stranger: [
        say`If the account is not yours, do nothing, and tell the code to nobody: with it your address would belong to somebody else’s
            account.`,
      ],
    }),
    'email-change-requested': ({ service, username, newEmail, hasButton }) => ({
      subject: 'Somebody asked for another address',
      before: [
        say`The account ${username} at ${service} is to have the address ${newEmail} in place of this one. Nothing has changed yet: this
            address stays until the new one is confirmed.`,
      ],
      button: notMe,
      stranger: [
        say`If this was you, there is nothing to do.`,
        hasButton
          ? say`If this was not you, press the button. The address stays as it is, every session of the account ends, and you are sent a
            code for a new password.`
          : say`If this was not you, ask for a new password where you log in, at once: that ends every session of the account.`,
      ],
    }),
    'address-wanted': ({ service, username }) => ({
      subject: 'Somebody wanted to use your address',
      before: [say`Another account at ${service} wanted to have this address. It belongs to your account ${username}, and it stays there.`],
      stranger: [say`You need not do anything.`],
    }),
    'email-changed': ({ service, username, oldEmail, newEmail, hasButton }) => ({
      subject: 'Your address was changed',
      before: [
        say`The address of the account ${username} at ${service} was changed from ${oldEmail} to ${newEmail}.`,
        say`From now on its owner logs in with the new address, and mails go there.`,
      ],
      button: notMe,
      stranger: hasButton
        ? [
            say`If this was not you, press the button. This address comes back, every session of the account ends, and you are sent a code
                for a new password.`,
          ]
        : [say`If the account is not yours, tell those who run ${service}.`],
    }),
    'password-changed': ({ service, username, hasButton }) => ({
      subject: 'Your password was changed',
      before: [say`The password of the account ${username} at ${service} was changed. Every other session of the account has ended.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-added': ({ service, username, hasButton }) => ({
      subject: 'Your account has a password now',
      before: [say`The account ${username} at ${service} had no password, and has one now. Every other session of the account has ended.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-reset': ({ service, username, hasButton }) => ({
      subject: 'Your password was reset',
      before: [
        say`The account ${username} at ${service} has a new password, set with a code or a link that was sent to this address. Every
            session of the account has ended: log in with the new password.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-set': ({ service, username, hasButton }) => ({
      subject: 'Your account has another password',
      before: [
        say`Those who run ${service} set a password for the account ${username}. Every session of it has ended: log in with the new one.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-distrusted': ({ service, username }) => ({
      subject: 'Your password is known to others',
      before: [
        say`The password of the account ${username} at ${service} is in a list of passwords that were stolen somewhere else. It was right,
            and somebody has just logged in with it: you, we hope.`,
        say`From the next log-in on it opens nothing, and you are sent a code for a new one. You can also set a new password now. If you
            use the old one anywhere else, change it there too.`,
      ],
      stranger: [say`If it was not you who logged in, ask for a new password at once: that ends every session of the account.`],
    }),
    'new-login': ({ service, username, hasButton }) => ({
      subject: 'A log-in from a new device',
      before: [say`Somebody logged in to the account ${username} at ${service} from a device that was not seen there before.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'account-exported': ({ service, username, hasButton }) => ({
      subject: 'The data of your account was downloaded',
      before: [say`Somebody who is logged in downloaded everything that ${service} keeps about the account ${username}.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'totp-added': ({ service, username, hasButton }) => ({
      subject: 'An authenticator app was added',
      before: [
        say`An authenticator app was added to the account ${username} at ${service}. From now on a code of the app is asked for after the
            password.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'identity-linked': ({ service, username, provider, hasButton }) => ({
      subject: 'Another way into your account',
      before: [say`An account at ${provider} was linked to the account ${username} at ${service}. From now on it opens it.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'identity-unlinked': ({ service, username, provider, hasButton }) => ({
      subject: 'A way into your account was removed',
      before: [say`An account at ${provider} does not open the account ${username} at ${service} any more.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'totp-removed': ({ service, username, hasButton }) => ({
      subject: 'The authenticator app was removed',
      before: [say`The account ${username} at ${service} asks for no code of an authenticator app any more.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'recovery-codes-renewed': ({ service, username, hasButton }) => ({
      subject: 'You have new recovery codes',
      before: [say`New recovery codes were made for the account ${username} at ${service}. The earlier ones are worth nothing any more.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'recovery-code-used': ({ service, username, codesLeft, hasButton }) => ({
      subject: 'A recovery code was used',
      before: [
        say`A recovery code of the account ${username} at ${service} was used in place of the second factor. Codes that are left:
            ${codesLeft}. You can make new ones where you see your account.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'second-factor-refused': ({ service, username, hasButton }) => ({
      subject: 'Somebody has your password',
      before: [
        say`Somebody gave the right password of the account ${username} at ${service}, and then a wrong second factor three times. Nobody was let in.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'second-factor-reset': ({ service, username, hasButton }) => ({
      subject: 'Your second factor was removed',
      before: [
        say`Those who run ${service} removed the authenticator app, the passkeys and the recovery codes of the account ${username}: the
            password alone opens it. You can add them again where you see your account.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-added': ({ service, username, passkey, hasButton }) => ({
      subject: 'A passkey was added',
      before: [
        say`A passkey was added to the account ${username} at ${service}: ${passkey}. Whoever has it can log in, and after the password it
            is asked for.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-removed': ({ service, username, passkey, hasButton }) => ({
      subject: 'A passkey was removed',
      before: [say`A passkey of the account ${username} at ${service} was removed, and opens it no more: ${passkey}.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-counter-went-back': ({ service, username, passkey, hasButton }) => ({
      subject: 'There may be a copy of your passkey',
      before: [
        say`Somebody wanted to log in to the account ${username} at ${service} with a passkey, and was refused: ${passkey}. It counts how
            often it is used, and had counted less than before. A copy of it does that, and hardly anything else.`,
      ],
      button: notMe,
      stranger: [
        hasButton
          ? say`If this was not you, press the button. The passkey logs nobody in by itself any more, and every session of the
              account ends. Then remove it where you see your account. If it was you, try once more.`
          : say`If this was not you, remove the passkey where you see your account. If it was you, try once more.`,
      ],
    }),
    'deletion-scheduled': ({ service, username, deletesAt, hasButton }) => ({
      subject: 'Your account is going to be deleted',
      before: [
        say`The account ${username} at ${service} will be deleted on ${deletesAt}, with all that belongs to it. Every session of it has
            ended.`,
        hasButton
          ? say`Until then you can change your mind: press the button, or log in.`
          : say`Until then you can change your mind: log in as usual.`,
      ],
      button: 'Keep the account',
      stranger: [
        hasButton
          ? say`If it was not you who asked for this, press the same button and say so on the page that it opens. The account stays, and
              you are sent a code for a new password.`
          : say`If it was not you who asked for this, log in to keep the account, and set a new password.`,
      ],
    }),
    'deletion-cancelled': ({ service, username }) => ({
      subject: 'Your account stays',
      before: [say`The account ${username} at ${service} was going to be deleted. It is not deleted any more: log in as usual.`],
      stranger: [say`If this was not you, ask for a new password where you log in: that ends every session of the account.`],
    }),
    test: ({ service }) => ({
      subject: 'A mail to try it out',
      before: [say`Whoever runs ${service} wanted to know whether its mails arrive. This one did.`],
      stranger: [say`You need not do anything.`],
    }),
  },
};
