/** What the W3C calls the options of a passkey, and what a browser gives, in JSON (WebAuthn L3 §5.1). */
type Json = Readonly<Record<string, unknown>>;

interface Credential {
  readonly id: string;
  readonly rawId: ArrayBuffer;
  readonly type: string;
  readonly authenticatorAttachment?: string | null;
  readonly response: Readonly<Record<string, unknown>> & { getTransports?(): string[] };
  getClientExtensionResults(): Json;
  toJSON?(): Json;
}

interface Browser {
  readonly navigator?: {
    readonly credentials?: {
      create(options: object): Promise<Credential | null>;
      get(options: object): Promise<Credential | null>;
    };
  };
  readonly PublicKeyCredential?: {
    parseCreationOptionsFromJSON?(options: Json): object;
    parseRequestOptionsFromJSON?(options: Json): object;
    isConditionalMediationAvailable?(): Promise<boolean>;
  };
}

const browser = globalThis as Browser;

/** Whether this browser has passkeys at all. */
export const hasPasskeys = (): boolean => browser.PublicKeyCredential !== undefined && browser.navigator?.credentials !== undefined;

/** Whether it offers them in the list of its autofill. */
export const hasPasskeyAutofill = async (): Promise<boolean> =>
  hasPasskeys() && (await browser.PublicKeyCredential?.isConditionalMediationAvailable?.()) === true;

function credentials() {
  const found = browser.navigator?.credentials;
  if (found === undefined) throw new TypeError('this is no browser with passkeys, or no page with https');
  return found;
}

/** Asks the browser to make a passkey. @throws the browser's own error, such as `InvalidStateError` where there is one already */
export async function createPasskey(options: Json): Promise<Json> {
  const publicKey = browser.PublicKeyCredential?.parseCreationOptionsFromJSON?.(options) ?? withBytes(options);
  return toJson(await credentials().create({ publicKey }));
}

export interface AskOptions {
  /** `conditional`: in the list of autofill, until somebody takes one. */
  readonly mediation?: 'conditional' | undefined;
  /** Ends it, such as when another way of logging in was taken. */
  readonly signal?: AbortSignal | undefined;
}

/** A challenge counts for five minutes: what waits in a list for longer is asked anew. */
const renewAfterMs = 240_000;

/** Asks the browser for a passkey that it has. `ask`: for options. @throws the browser's own error, such as `NotAllowedError` */
export async function getPasskey(ask: () => Promise<Json>, { mediation, signal }: AskOptions): Promise<Json> {
  for (;;) {
    const options = await ask();
    const publicKey = browser.PublicKeyCredential?.parseRequestOptionsFromJSON?.(options) ?? withBytes(options);
    const round = new AbortController();
    const end = (): void => round.abort(signal?.reason);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    let isOld = false;
    const timer = setTimeout(() => {
      isOld = mediation === 'conditional';
      if (isOld) round.abort();
    }, renewAfterMs);
    try {
      return toJson(await credentials().get({ publicKey, ...(mediation && { mediation }), signal: round.signal }));
    } catch (error) {
      if (!isOld || signal?.aborted) throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }
}

/** For browsers that do not read the W3C's JSON themselves. */
function withBytes(options: Json): object {
  const listed = (list: unknown): unknown =>
    Array.isArray(list) ? list.map((each: Json) => ({ ...each, id: toBytes(String(each.id)) })) : undefined;
  const { challenge, user, excludeCredentials, allowCredentials, ...rest } = options;
  return {
    ...rest,
    challenge: toBytes(String(challenge)),
    ...(user !== undefined && { user: { ...(user as Json), id: toBytes(String((user as Json).id)) } }),
    ...(excludeCredentials !== undefined && { excludeCredentials: listed(excludeCredentials) }),
    ...(allowCredentials !== undefined && { allowCredentials: listed(allowCredentials) }),
  };
}

const members = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'] as const;

function toJson(credential: Credential | null): Json {
  if (credential === null) throw new TypeError('the browser gave no passkey');
  if (credential.toJSON) return credential.toJSON();
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  const texts = members.flatMap((name) => (response[name] instanceof ArrayBuffer ? [[name, toText(response[name])]] : []));
  const transports = response.getTransports?.();
  return {
    id,
    rawId: toText(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...Object.fromEntries(texts), ...(transports && { transports }) },
  };
}

const toBytes = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
