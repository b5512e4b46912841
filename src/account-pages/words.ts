import type { MailLanguage } from '../mail/texts/languages';

/** What the page of a mail's link says. `{username}` and `{service}` are put in as text. */
export interface PageWords {
  readonly title: string;
  readonly text: string;
  readonly button?: string;
  /** A second button, where the same link can say that it was somebody else. */
  readonly notMe?: string;
  readonly doneTitle?: string;
  readonly doneText?: string;
}

export const shownPurposes = ['REGISTER', 'VERIFY', 'RESET', 'LOGIN', 'CHANGE', 'DISPUTE', 'RESTORE'] as const;
export type ShownPurpose = (typeof shownPurposes)[number];

export interface Words {
  readonly purposes: { readonly [Purpose in ShownPurpose]: PageWords };
  /** Of CHANGE, where the account is logged in. */
  readonly changeHere: PageWords;
  /** Of LOGIN, in the browser that has asked for it. */
  readonly loginHere: Required<Pick<PageWords, 'title' | 'text' | 'button'>>;
  readonly takenText: string;
  readonly overTitle: string;
  readonly overText: string;
  readonly refusedTitle: string;
  readonly foreignText: string;
  readonly laterText: string;
  readonly code: string;
}

const english: Words = {
  purposes: {
    REGISTER: {
      title: 'Finish registering',
      text: 'Choose a name and a password for the account that gets this address. If you have not asked to register, close this page.',
    },
    VERIFY: {
      title: 'Confirm your address',
      text: 'The account {username} has your address. If the account is yours, confirm it. If not, close this page.',
      button: 'Confirm the address',
      doneTitle: 'Your address is confirmed',
      doneText: 'You can close this page.',
    },
    RESET: {
      title: 'Set a new password',
      text: 'This is the new password of the account {username}. Every session of the account ends, on every device.',
      button: 'Set the password',
      doneTitle: 'Your password is set',
      doneText: 'Log in with the new password now. You can close this page.',
    },
    LOGIN: {
      title: 'Your code to log in',
      text: 'Type this code where you asked for it, to log in to the account {username}. If you have not asked, tell it to nobody.',
    },
    CHANGE: {
      title: 'Your code for a new address',
      text: 'The account {username} wants this address. If the account is yours, type this code where you asked for it. If not, tell it to nobody.',
    },
    DISPUTE: {
      title: 'This was not me',
      text: 'Every session of the account {username} ends, and what was done is taken back as far as possible. If the account has a password, you are sent a code for a new one.',
      button: 'This was not me',
      doneTitle: 'The account is locked',
      doneText:
        'Every session has ended. If the account has a password, a mail with a code for a new one is on its way. You can close this page.',
    },
    RESTORE: {
      title: 'Keep the account',
      text: 'The account {username} is going to be deleted. To keep it, say which it was: you have changed your mind, or it was somebody else who asked for this. In that case the account is locked, and you are sent a code for a new password.',
      button: 'I have changed my mind',
      notMe: 'This was not me',
      doneTitle: 'The account stays',
      doneText: 'You can log in as before, and close this page.',
    },
  },
  changeHere: {
    title: 'Take the new address',
    text: 'Your account {username} gets this address in the place of the one that it has.',
    button: 'Take the new address',
    doneTitle: 'Your address is changed',
    doneText: 'You can close this page.',
  },
  loginHere: {
    title: 'Log in',
    text: 'You asked in this browser to log in to the account {username}.',
    button: 'Log in',
  },
  takenText: 'Another account has this address by now.',
  overTitle: 'This link is over',
  overText: 'It was used already, or it is too old. Ask for a new mail where you asked for this one.',
  refusedTitle: 'This did not work',
  foreignText: 'The request did not come from this page. Open the link of the mail once more.',
  laterText: 'Please try again in a while.',
  code: 'Your code',
};

const german: Words = {
  purposes: {
    REGISTER: {
      title: 'Registrierung abschließen',
      text: 'Wählen Sie einen Namen und ein Passwort für das Konto, das diese Adresse bekommt. Wenn Sie sich nicht registrieren wollten, schließen Sie diese Seite.',
    },
    VERIFY: {
      title: 'Adresse bestätigen',
      text: 'Das Konto {username} hat Ihre Adresse. Wenn es Ihr Konto ist, bestätigen Sie sie. Wenn nicht, schließen Sie diese Seite.',
      button: 'Adresse bestätigen',
      doneTitle: 'Ihre Adresse ist bestätigt',
      doneText: 'Sie können diese Seite schließen.',
    },
    RESET: {
      title: 'Neues Passwort setzen',
      text: 'Dies wird das neue Passwort des Kontos {username}. Alle Sitzungen des Kontos enden, auf jedem Gerät.',
      button: 'Passwort setzen',
      doneTitle: 'Ihr Passwort ist gesetzt',
      doneText: 'Melden Sie sich jetzt mit dem neuen Passwort an. Sie können diese Seite schließen.',
    },
    LOGIN: {
      title: 'Ihr Code zum Anmelden',
      text: 'Geben Sie diesen Code dort ein, wo Sie ihn angefordert haben: für das Konto {username}. Wenn Sie ihn nicht angefordert haben, geben Sie ihn niemandem.',
    },
    CHANGE: {
      title: 'Ihr Code für eine neue Adresse',
      text: 'Das Konto {username} soll diese Adresse bekommen. Ist es Ihr Konto, geben Sie den Code dort ein, wo Sie ihn angefordert haben. Wenn nicht, geben Sie ihn niemandem.',
    },
    DISPUTE: {
      title: 'Das war ich nicht',
      text: 'Alle Sitzungen des Kontos {username} enden, und was geschehen ist, wird so weit wie möglich zurückgenommen. Wenn das Konto ein Passwort hat, bekommen Sie einen Code für ein neues.',
      button: 'Das war ich nicht',
      doneTitle: 'Das Konto ist gesperrt',
      doneText:
        'Alle Sitzungen sind beendet. Wenn das Konto ein Passwort hat, ist eine Mail mit einem Code für ein neues unterwegs. Sie können diese Seite schließen.',
    },
    RESTORE: {
      title: 'Konto behalten',
      text: 'Das Konto {username} soll gelöscht werden. Um es zu behalten, sagen Sie, wie es war: Sie haben es sich anders überlegt, oder jemand anderes hat das verlangt. Dann wird das Konto gesperrt, und Sie bekommen einen Code für ein neues Passwort.',
      button: 'Ich habe es mir anders überlegt',
      notMe: 'Das war ich nicht',
      doneTitle: 'Das Konto bleibt',
      doneText: 'Sie können sich wie bisher anmelden und diese Seite schließen.',
    },
  },
  changeHere: {
    title: 'Neue Adresse übernehmen',
    text: 'Ihr Konto {username} bekommt diese Adresse an Stelle der jetzigen.',
    button: 'Neue Adresse übernehmen',
    doneTitle: 'Ihre Adresse ist geändert',
    doneText: 'Sie können diese Seite schließen.',
  },
  loginHere: {
    title: 'Anmelden',
    text: 'Sie wollten sich in diesem Browser beim Konto {username} anmelden.',
    button: 'Anmelden',
  },
  takenText: 'Diese Adresse hat inzwischen ein anderes Konto.',
  overTitle: 'Dieser Link gilt nicht mehr',
  overText: 'Er wurde schon benutzt oder ist zu alt. Fordern Sie dort eine neue Mail an, wo Sie diese angefordert haben.',
  refusedTitle: 'Das hat nicht geklappt',
  foreignText: 'Die Anfrage kam nicht von dieser Seite. Öffnen Sie den Link der Mail noch einmal.',
  laterText: 'Bitte versuchen Sie es in einer Weile noch einmal.',
  code: 'Ihr Code',
};

export const wordsIn: { readonly [Tag in MailLanguage]: Words } = { en: english, de: german };
