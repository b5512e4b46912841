/**
 * The one script of the pages, as a browser is served it: it asks the browser for the passkey that a form is about, and sends the form with
 * what it gave. It adds nothing to a page but words of the form itself, and what it is told is judged where the form arrives.
 */
export const passkeyScript = `const form = document.querySelector('form[data-use]');
const said = document.getElementById('passkey-said');

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** For browsers that do not read the W3C's JSON themselves (WebAuthn L3 §5.1.8, §5.1.9). */
const withBytes = ({ challenge, user, excludeCredentials = [], allowCredentials = [], ...rest }) => {
  const listed = (list) => list.map((each) => ({ ...each, id: toBytes(each.id) }));
  return {
    ...rest,
    challenge: toBytes(challenge),
    ...(user && { user: { ...user, id: toBytes(user.id) } }),
    excludeCredentials: listed(excludeCredentials),
    allowCredentials: listed(allowCredentials),
  };
};

const toJson = (credential) => {
  if (credential.toJSON) return credential.toJSON();
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  const members = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const texts = members.filter((name) => response[name]).map((name) => [name, toText(response[name])]);
  return {
    id,
    rawId: toText(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...Object.fromEntries(texts), ...(response.getTransports && { transports: response.getTransports() }) },
  };
};

class Refused extends Error {}

/** For the form as it is filled in. A refusal has no words here: the page has them. */
const askForOptions = async (signal) => {
  const body = new URLSearchParams(new FormData(form));
  body.set('do', 'options');
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, redirect: 'manual', signal });
  if (!answer.ok) throw new Refused();
  return answer.json();
};

const askBrowser = (options, rest) => {
  if (form.dataset.use === 'create')
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? withBytes(options),
      ...rest,
    });
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? withBytes(options),
    ...rest,
  });
};

/** At most one at a time: whoever presses the button ends what waits in the list of autofill. */
let asking = new AbortController();
const use = async (mediation) => {
  asking.abort();
  asking = new AbortController();
  form.elements.passkey.value = '';
  const { signal } = asking;
  const credential = await askBrowser(await askForOptions(signal), { signal, ...mediation });
  form.elements.passkey.value = JSON.stringify(toJson(credential));
  form.submit();
};

const words = { NotAllowedError: 'cancelled', InvalidStateError: 'known', NotSupportedError: 'unsupported' };
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '';
  offeredAt = Infinity;
  try {
    await use();
  } catch (error) {
    if (error.name === 'AbortError') return;
    if (error instanceof Refused) return form.submit();
    said.textContent = form.dataset[words[error.name]] ?? form.dataset.failed;
    offer();
  }
});

/** In the list of autofill, until somebody takes one. A challenge counts for five minutes: what waits for longer is asked anew. */
let offeredAt = Infinity;
const offer = async () => {
  if (form.dataset.autofill === undefined || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  offeredAt = Date.now();
  await use({ mediation: 'conditional' }).catch(() => {}); // nobody has asked for it
};
const renew = () => {
  if (document.visibilityState === 'visible' && Date.now() - offeredAt > 240_000) offer();
};
document.addEventListener('visibilitychange', renew);
setInterval(renew, 30_000);

const needs = document.getElementById('passkey-needs');
if (window.PublicKeyCredential && navigator.credentials) {
  needs.hidden = true;
  form.hidden = false;
  offer();
} else {
  needs.textContent = form.dataset.unsupported;
}
`;
