import { type Language, ours, say } from './words';

const notMe = 'Das war ich nicht';
const ignore = [say`Falls Sie das nicht waren, müssen Sie nichts tun: Es hat sich nichts geändert.`];
const dispute = (hasButton: boolean) => [
  say`Falls Sie das waren, müssen Sie nichts tun.`,
  hasButton
    ? say`Falls Sie das nicht waren, drücken Sie den Knopf. Alle Sitzungen des Kontos enden, sein Passwort öffnet nichts mehr, und Sie
        bekommen einen Code für ein neues.`
    : say`Falls Sie das nicht waren, fordern Sie dort, wo Sie sich anmelden, gleich ein neues Passwort an: Damit enden alle Sitzungen des
        Kontos.`,
];

export const german: Language = {
  tag: 'de',
  region: 'de-DE',
  labels: { code: 'Ihr Code', link: 'Oder öffnen Sie diesen Link', account: 'Konto', time: 'Zeit', network: 'Netz', browser: 'Browser' },
  browserOn: (browser, system) => `${browser} auf ${system}`,
  codeWorks: (span, until) => ours(`Der Code gilt ${span}, bis ${until}.`),
  linkWorks: (span, until) => ours(`Der Knopf wirkt ${span}, bis ${until}.`),
  footer: (service) =>
    ours(`Sie bekommen diese Mail, weil es um Ihr Konto oder Ihre Adresse bei ${service} geht. Eine Antwort darauf liest niemand.`),
  wording: {
    'register-code': ({ service }) => ({
      subject: 'Legen Sie Ihr Konto an',
      before: [
        say`Jemand möchte sich bei ${service} mit dieser Adresse ein Konto anlegen. Falls Sie das sind, geben Sie den Code dort ein, wo
            danach gefragt wird.`,
      ],
      button: 'Konto anlegen',
      stranger: [
        say`Falls Sie das nicht sind, tun Sie nichts: Ohne den Code bekommt niemand ein Konto mit Ihrer Adresse. Geben Sie den Code
            niemandem.`,
      ],
    }),
    'register-taken': ({ service, username }) => ({
      subject: 'Sie haben schon ein Konto',
      before: [
        say`Jemand wollte sich bei ${service} mit dieser Adresse ein Konto anlegen. Es gibt damit schon eines: ${username}.`,
        say`Falls Sie das waren, melden Sie sich wie gewohnt an. Wenn Sie das Passwort nicht mehr wissen, können Sie dort ein neues
            anfordern.`,
      ],
      stranger: ignore,
    }),
    'verify-code': ({ service, username, provider }) => ({
      subject: 'Bestätigen Sie Ihre Adresse',
      before: [
        say`Das Konto ${username} bei ${service} hat diese Adresse. Falls es Ihres ist, geben Sie den Code dort ein, wo danach gefragt
            wird.`,
        ...(provider === '' ? [] : [say`Es wurde über ${provider} angelegt: Wer das Konto dort hat, kommt hinein.`]),
      ],
      button: 'Adresse bestätigen',
      stranger: [
        say`Falls das Konto nicht Ihres ist, tun Sie nichts: Ohne den Code wird die Adresse nicht bestätigt. Geben Sie ihn niemandem.`,
      ],
    }),
    'reset-code': ({ service, username }) => ({
      subject: 'Wählen Sie ein neues Passwort',
      before: [
        say`Für das Konto ${username} bei ${service} wurde ein neues Passwort angefordert. Geben Sie den Code dort ein, wo danach gefragt
            wird, und wählen Sie ein neues.`,
      ],
      button: 'Neues Passwort wählen',
      after: [say`Damit enden alle Sitzungen des Kontos, auf allen Geräten.`],
      stranger: [say`Falls Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist. Geben Sie den Code niemandem.`],
    }),
    'reset-disabled': ({ service, username }) => ({
      subject: 'Ihr Konto ist gesperrt',
      before: [
        say`Für das Konto ${username} bei ${service} wurde ein neues Passwort angefordert. Das Konto ist gesperrt und kann keines
            bekommen. Wenden Sie sich an die Betreiber von ${service}.`,
      ],
      stranger: ignore,
    }),
    'reset-scheduled': ({ service, username, deletesAt, hasButton }) => ({
      subject: 'Ihr Konto wird gelöscht',
      before: [
        say`Für das Konto ${username} bei ${service} wurde ein neues Passwort angefordert. Das Konto wird am ${deletesAt} gelöscht und
            kann keines bekommen.`,
        hasButton
          ? say`Falls Sie das Konto behalten möchten, drücken Sie den Knopf. Danach können Sie wieder ein neues Passwort anfordern.`
          : say`Falls Sie das Konto behalten möchten, wenden Sie sich an die Betreiber von ${service}.`,
      ],
      button: 'Konto behalten',
      stranger: ignore,
    }),
    'login-code': ({ service, username, hasButton }) => ({
      subject: 'Ihr Code zum Anmelden',
      before: [
        say`Hier ist der Code, mit dem Sie sich beim Konto ${username} bei ${service} anmelden. Geben Sie ihn dort ein, wo danach gefragt
            wird.`,
      ],
      button: 'Anmelden',
      after: hasButton
        ? [say`Der Knopf wirkt in dem Browser, in dem Sie den Code angefordert haben. In jedem anderen zeigt er den Code.`]
        : [],
      stranger: [say`Falls Sie das nicht waren, tun Sie nichts, und geben Sie den Code niemandem: Wer ihn hat, kann sich anmelden.`],
    }),
    'reauthentication-code': ({ service, username }) => ({
      subject: 'Ihr Code zur Bestätigung',
      before: [
        say`Hier ist der Code für das, was Sie im Konto ${username} bei ${service} tun möchten. Geben Sie ihn dort ein, wo danach gefragt
            wird.`,
      ],
      stranger: [
        say`Falls Sie das nicht waren, geben Sie den Code niemandem: Jemand ist in Ihrem Konto angemeldet. Beenden Sie die anderen
            Sitzungen, und wählen Sie ein neues Passwort.`,
      ],
    }),
    'change-code': ({ service, username, hasButton }) => ({
      subject: 'Bestätigen Sie Ihre neue Adresse',
      before: [say`Das Konto ${username} bei ${service} soll diese Adresse bekommen. Geben Sie den Code dort ein, wo danach gefragt wird.`],
      button: 'Neue Adresse bestätigen',
      after: hasButton
        ? [say`Der Knopf wirkt in einem Browser, in dem Sie bei diesem Konto angemeldet sind. In jedem anderen zeigt er den Code.`]
        : [],
      stranger: [
        say`Falls das Konto nicht Ihres ist, tun Sie nichts, und geben Sie den Code niemandem: Mit ihm würde Ihre Adresse zu einem fremden
            Konto gehören.`,
      ],
    }),
    'email-change-requested': ({ service, username, newEmail, hasButton }) => ({
      subject: 'Eine andere Adresse wurde gewünscht',
      before: [
        say`Das Konto ${username} bei ${service} soll statt dieser Adresse ${newEmail} bekommen. Noch hat sich nichts geändert: Diese
            Adresse bleibt, bis die neue bestätigt ist.`,
      ],
      button: notMe,
      stranger: [
        say`Falls Sie das waren, müssen Sie nichts tun.`,
        hasButton
          ? say`Falls Sie das nicht waren, drücken Sie den Knopf. Die Adresse bleibt, wie sie ist, alle Sitzungen des Kontos enden, und Sie
            bekommen einen Code für ein neues Passwort.`
          : say`Falls Sie das nicht waren, fordern Sie dort, wo Sie sich anmelden, gleich ein neues Passwort an: Damit enden alle Sitzungen
            des Kontos.`,
      ],
    }),
    'address-wanted': ({ service, username }) => ({
      subject: 'Jemand wollte Ihre Adresse verwenden',
      before: [
        say`Ein anderes Konto bei ${service} sollte diese Adresse bekommen. Sie gehört zu Ihrem Konto ${username}, und dort bleibt sie.`,
      ],
      stranger: [say`Sie müssen nichts tun.`],
    }),
    'email-changed': ({ service, username, oldEmail, newEmail, hasButton }) => ({
      subject: 'Ihre Adresse wurde geändert',
      before: [
        say`Die Adresse des Kontos ${username} bei ${service} wurde von ${oldEmail} in ${newEmail} geändert.`,
        say`Von jetzt an meldet man sich mit der neuen Adresse an, und Mails gehen dorthin.`,
      ],
      button: notMe,
      stranger: hasButton
        ? [
            say`Falls Sie das nicht waren, drücken Sie den Knopf. Diese Adresse gilt dann wieder, alle Sitzungen des Kontos enden, und Sie
                bekommen einen Code für ein neues Passwort.`,
          ]
        : [say`Falls das Konto nicht Ihres ist, wenden Sie sich an die Betreiber von ${service}.`],
    }),
    'password-changed': ({ service, username, hasButton }) => ({
      subject: 'Ihr Passwort wurde geändert',
      before: [say`Das Passwort des Kontos ${username} bei ${service} wurde geändert. Alle anderen Sitzungen des Kontos sind beendet.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-added': ({ service, username, hasButton }) => ({
      subject: 'Ihr Konto hat jetzt ein Passwort',
      before: [
        say`Das Konto ${username} bei ${service} hatte kein Passwort und hat jetzt eines. Alle anderen Sitzungen des Kontos sind beendet.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-reset': ({ service, username, hasButton }) => ({
      subject: 'Ihr Passwort wurde neu gesetzt',
      before: [
        say`Das Konto ${username} bei ${service} hat ein neues Passwort, gesetzt mit einem Code oder Link, der an diese Adresse ging. Alle
            Sitzungen sind beendet: Melden Sie sich mit dem neuen Passwort an.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-set': ({ service, username, hasButton }) => ({
      subject: 'Ihr Konto hat ein anderes Passwort',
      before: [
        say`Die Betreiber von ${service} haben für das Konto ${username} ein Passwort gesetzt. Alle Sitzungen sind beendet: Melden Sie sich mit
            dem neuen an.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'password-distrusted': ({ service, username }) => ({
      subject: 'Andere kennen Ihr Passwort',
      before: [
        say`Das Passwort des Kontos ${username} bei ${service} steht in einer Liste von Passwörtern, die anderswo gestohlen wurden. Es war
            richtig, und gerade hat sich jemand damit angemeldet: hoffentlich Sie.`,
        say`Ab der nächsten Anmeldung öffnet es nichts mehr, und Sie bekommen einen Code für ein neues. Sie können auch jetzt gleich ein
            neues wählen. Wenn Sie das alte noch anderswo verwenden, ändern Sie es auch dort.`,
      ],
      stranger: [
        say`Falls nicht Sie sich angemeldet haben, fordern Sie gleich ein neues Passwort an: Damit enden alle Sitzungen des Kontos.`,
      ],
    }),
    'new-login': ({ service, username, hasButton }) => ({
      subject: 'Anmeldung von einem neuen Gerät',
      before: [say`Jemand hat sich beim Konto ${username} bei ${service} von einem Gerät angemeldet, das dort noch nicht bekannt war.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'account-exported': ({ service, username, hasButton }) => ({
      subject: 'Die Daten Ihres Kontos wurden heruntergeladen',
      before: [say`Jemand, der angemeldet ist, hat alles heruntergeladen, was ${service} über das Konto ${username} speichert.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'totp-added': ({ service, username, hasButton }) => ({
      subject: 'Eine Authenticator-App wurde hinzugefügt',
      before: [
        say`Zum Konto ${username} bei ${service} wurde eine Authenticator-App hinzugefügt. Von jetzt an wird nach dem Passwort ein Code
            der App verlangt.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'identity-linked': ({ service, username, provider, hasButton }) => ({
      subject: 'Ein weiterer Weg in Ihr Konto',
      before: [say`Ein Konto bei ${provider} wurde mit dem Konto ${username} bei ${service} verbunden. Von jetzt an öffnet es dieses.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'identity-unlinked': ({ service, username, provider, hasButton }) => ({
      subject: 'Ein Weg in Ihr Konto wurde entfernt',
      before: [say`Ein Konto bei ${provider} öffnet das Konto ${username} bei ${service} nicht mehr.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'totp-removed': ({ service, username, hasButton }) => ({
      subject: 'Die Authenticator-App wurde entfernt',
      before: [say`Das Konto ${username} bei ${service} verlangt keinen Code einer App mehr.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'recovery-codes-renewed': ({ service, username, hasButton }) => ({
      subject: 'Sie haben neue Notfallcodes',
      before: [say`Für das Konto ${username} bei ${service} wurden neue Notfallcodes gemacht. Die früheren gelten nicht mehr.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'recovery-code-used': ({ service, username, codesLeft, hasButton }) => ({
      subject: 'Ein Notfallcode wurde benutzt',
      before: [
        say`Ein Notfallcode des Kontos ${username} bei ${service} wurde anstelle des zweiten Faktors benutzt. So viele sind übrig:
            ${codesLeft}. Neue können Sie dort machen, wo Sie Ihr Konto sehen.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'second-factor-refused': ({ service, username, hasButton }) => ({
      subject: 'Jemand hat Ihr Passwort',
      before: [
        say`Jemand hat das richtige Passwort des Kontos ${username} bei ${service} angegeben, und dann dreimal einen falschen zweiten Faktor. Niemand
            wurde eingelassen.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'second-factor-reset': ({ service, username, hasButton }) => ({
      subject: 'Ihr zweiter Faktor wurde entfernt',
      before: [
        say`Die Betreiber von ${service} haben die Authenticator-App, die Passkeys und die Notfallcodes des Kontos ${username} entfernt:
            Das Passwort allein öffnet es. Sie können sie dort wieder hinzufügen, wo Sie Ihr Konto sehen.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-added': ({ service, username, passkey, hasButton }) => ({
      subject: 'Ein Passkey wurde hinzugefügt',
      before: [
        say`Zum Konto ${username} bei ${service} wurde ein Passkey hinzugefügt: ${passkey}. Wer ihn hat, kann sich anmelden, und nach dem
            Passwort wird er verlangt.`,
      ],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-removed': ({ service, username, passkey, hasButton }) => ({
      subject: 'Ein Passkey wurde entfernt',
      before: [say`Ein Passkey des Kontos ${username} bei ${service} wurde entfernt und öffnet es nicht mehr: ${passkey}.`],
      button: notMe,
      stranger: dispute(hasButton),
    }),
    'passkey-counter-went-back': ({ service, username, passkey, hasButton }) => ({
      subject: 'Von Ihrem Passkey gibt es vielleicht eine Kopie',
      before: [
        say`Jemand wollte sich mit einem Passkey am Konto ${username} bei ${service} anmelden und wurde abgewiesen: ${passkey}. Ein Passkey
            zählt, wie oft er benutzt wird, und dieser hatte weniger gezählt als zuvor. Das tut eine Kopie, und kaum etwas sonst.`,
      ],
      button: notMe,
      stranger: [
        hasButton
          ? say`Wenn Sie das nicht waren, drücken Sie den Knopf. Der Passkey allein öffnet das Konto nicht mehr, und jede Sitzung endet.
              Entfernen Sie ihn dann dort, wo Sie Ihr Konto sehen. Wenn Sie es waren, versuchen Sie es noch einmal.`
          : say`Wenn Sie das nicht waren, entfernen Sie den Passkey dort, wo Sie Ihr Konto sehen. Wenn Sie es waren, versuchen Sie es noch
              einmal.`,
      ],
    }),
    'deletion-scheduled': ({ service, username, deletesAt, hasButton }) => ({
      subject: 'Ihr Konto wird gelöscht',
      before: [
        say`Das Konto ${username} bei ${service} wird am ${deletesAt} gelöscht, mit allem, was dazugehört. Alle seine Sitzungen sind
            beendet.`,
        hasButton
          ? say`Bis dahin können Sie es sich anders überlegen: Drücken Sie den Knopf, oder melden Sie sich an.`
          : say`Bis dahin können Sie es sich anders überlegen: Melden Sie sich wie gewohnt an.`,
      ],
      button: 'Konto behalten',
      stranger: [
        hasButton
          ? say`Falls nicht Sie darum gebeten haben, drücken Sie denselben Knopf, und sagen Sie es auf der Seite, die er öffnet. Das Konto
              bleibt, und Sie bekommen einen Code für ein neues Passwort.`
          : say`Falls nicht Sie darum gebeten haben, melden Sie sich an, um das Konto zu behalten, und wählen Sie ein neues Passwort.`,
      ],
    }),
    'deletion-cancelled': ({ service, username }) => ({
      subject: 'Ihr Konto bleibt',
      before: [say`Das Konto ${username} bei ${service} sollte gelöscht werden. Das ist zurückgenommen: Melden Sie sich wie gewohnt an.`],
      stranger: [say`Falls Sie das nicht waren, fordern Sie beim Anmelden ein neues Passwort an: Damit enden alle Sitzungen des Kontos.`],
    }),
    test: ({ service }) => ({
      subject: 'Eine Mail zum Ausprobieren',
      before: [say`Wer ${service} betreibt, wollte wissen, ob seine Mails ankommen. Diese ist angekommen.`],
      stranger: [say`Sie müssen nichts tun.`],
    }),
  },
};
