import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a test may have otherwise than a browser and an authenticator would. */
export interface Spoilt {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly isTouched?: boolean;
  readonly isVerified?: boolean;
  readonly isSynced?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly type?: string;
  readonly flipSignature?: boolean;
  /** Of the attestation: `none` is what browsers send. */
  readonly format?: 'none' | 'packed';
  /** The point of the public key. */
  readonly point?: readonly [Buffer, Buffer];
}

// biome-ignore lint/suspicious/noExplicitAny: the W3C's JSON, read and spoilt by the tests
type Json = any;

/** An authenticator with a browser around it, in software: what it says can be anything. */
export class Authenticator {
  readonly #keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly id: string;
  counter = 0;
  userHandle: string | null = null;

  constructor(
    readonly origin = 'https://gatehouse.test',
    readonly traits: {
      readonly isSynced?: boolean;
      readonly isVerified?: boolean;
      readonly counts?: boolean;
      readonly aaguid?: string;
    } = {},
    id = randomBytes(32).toString('base64url'),
  ) {
    this.#keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.id = id;
  }

  /** As `navigator.credentials.create` answers these options. */
  create(options: Json, spoilt: Spoilt = {}): Json {
    this.userHandle = options.user.id;
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const [left, right] = spoilt.point ?? [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    const cose = Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), left, Buffer.from('225820', 'hex'), right]);
    const idBytes = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(idBytes.length);
    const aaguid = Buffer.from((this.traits.aaguid ?? '').replaceAll('-', '').padEnd(32, '0'), 'hex');
    const authData = Buffer.concat([this.#authenticatorData(options.rp.id, spoilt, 0x40), aaguid, length, idBytes, cose]);
    const isNone = (spoilt.format ?? 'none') === 'none';
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74', 'hex'), // {fmt: … attStmt: … authData: …}
      isNone ? Buffer.from('646e6f6e65', 'hex') : Buffer.from('667061636b6564', 'hex'),
      Buffer.from('6761747453746d74', 'hex'),
      isNone ? Buffer.from('a0', 'hex') : Buffer.from('a163616c6726', 'hex'),
      Buffer.from('686175746844617461', 'hex'),
      cborBytes(authData),
    ]);
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, spoilt).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** As `navigator.credentials.get` answers these options. */
  get(options: Json, spoilt: Spoilt = {}): Json {
    if (this.traits.counts === true) this.counter += 1;
    const clientData = this.#clientData('webauthn.get', options.challenge, spoilt);
    const authenticatorData = this.#authenticatorData(options.rpId, spoilt, 0);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    const signature = sign('sha256', signed, this.#keys.privateKey);
    if (spoilt.flipSignature) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    const userHandle = spoilt.userHandle === undefined ? this.userHandle : spoilt.userHandle;
    return this.#answer({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    });
  }

  #answer(response: object): Json {
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
      response,
    };
  }

  #clientData(type: string, challenge: string, spoilt: Spoilt): Buffer {
    const { origin = this.origin, crossOrigin = false, topOrigin } = spoilt;
    const told = {
      type: spoilt.type ?? type,
      challenge: spoilt.challenge ?? challenge,
      origin,
      crossOrigin,
      ...(topOrigin && { topOrigin }),
    };
    return Buffer.from(JSON.stringify(told));
  }

  #authenticatorData(rpId: string, spoilt: Spoilt, attested: number): Buffer {
    const { isTouched = true, isVerified = this.traits.isVerified ?? true, isSynced = this.traits.isSynced ?? false } = spoilt;
    const flags = (isTouched ? 1 : 0) | (isVerified ? 4 : 0) | (isSynced ? 8 | 16 : 0) | attested;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(spoilt.counter ?? this.counter);
    return Buffer.concat([
      createHash('sha256')
        .update(spoilt.rpId ?? rpId)
        .digest(),
      Buffer.from([flags]),
      counter,
    ]);
  }
}

function cborBytes(bytes: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head.writeUInt8(0x59);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
