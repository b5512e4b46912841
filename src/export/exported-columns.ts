import type { Models } from '../database/models';

/** Whether a column is a part of an export. A text says why it is not. */
type Decision = true | string;

type Decisions = { readonly [Model in keyof Models]: { readonly [Column in keyof Models[Model]]: Decision } };

const secret = 'a secret, or what one is derived from';
const owner = 'the profile has it';
const normalForm = 'the normal form of another column';
const ofTheHouse = 'of the house: it says nothing about anybody';
const waiting = 'it waits to be sent to the user, and is gone then';
const nobodys = 'no row of it is about a user';

/**
 * Everything that the database has, and whether an export of an account has it (GDPR Art. 15 and 20). A model or a column that is not here
 * does not compile.
 */
export const exportedColumns = {
  User: {
    id: true,
    username: true,
    usernameKey: normalForm,
    email: true,
    emailKey: normalForm,
    emailVerifiedAt: true,
    passwordHash: secret,
    name: true,
    bio: true,
    pictureUrl: true,
    locale: true,
    roles: true,
    disabledAt: true,
    generation: ofTheHouse,
    deviceEpoch: ofTheHouse,
    passkeyHandle: ofTheHouse,
    deletesAt: true,
    passwordDistrustedAt: true,
    createdAt: true,
    updatedAt: true,
  },
  Session: {
    id: true,
    userId: owner,
    generation: ofTheHouse,
    refreshCounter: ofTheHouse,
    refreshSalt: secret,
    spentSalt: secret,
    spentKey: secret,
    rotatedAt: ofTheHouse,
    authenticatedAt: true,
    createdAt: true,
    lastUsedAt: true,
    idleExpiresAt: true,
    expiresAt: true,
    revokedAt: true,
    tokensExpireAt: ofTheHouse,
    userAgent: true,
    ipAddress: true,
    methods: true,
    verifiedAt: true,
    kind: ofTheHouse,
  },
  AuditEvent: {
    id: true,
    at: true,
    event: true,
    outcome: true,
    actor: true,
    userId: owner,
    subject: 'a keyed hash, of tries that are nobody’s',
    sessionId: true,
    requestId: true,
    clientPrefix: true,
    userAgent: true,
    detail: true,
    disputedAt: true,
  },
  MailToken: {
    id: secret,
    purpose: true,
    userId: owner,
    email: true,
    emailKey: normalForm,
    generation: ofTheHouse,
    sessionId: true,
    eventId: true,
    salt: secret,
    tries: ofTheHouse,
    sentCount: ofTheHouse,
    createdAt: true,
    expiresAt: true,
  },
  ReservedEmail: { emailKey: normalForm, userId: owner, email: true, expiresAt: true },
  Totp: { userId: owner, secret, pendingSecret: secret, confirmedAt: true, lastStep: ofTheHouse, createdAt: true },
  RecoveryCode: { id: ofTheHouse, userId: owner, codeHash: secret, usedAt: true, createdAt: true },
  Passkey: {
    id: true,
    credentialId: true,
    userId: owner,
    publicKey: true,
    counter: ofTheHouse,
    verifiesUser: true,
    synced: true,
    transports: true,
    aaguid: true,
    name: true,
    createdAt: true,
    lastUsedAt: true,
  },
  Identity: {
    id: true,
    userId: owner,
    provider: true,
    issuer: true,
    subject: true,
    email: true,
    createdAt: true,
    lastUsedAt: true,
  },
  Mail: {
    id: waiting,
    kind: waiting,
    recipient: waiting,
    locale: waiting,
    tokenId: waiting,
    facts: waiting,
    attempts: waiting,
    dueAt: waiting,
    leaseUntil: waiting,
    holder: waiting,
    createdAt: waiting,
  },
  Revocation: {
    id: 'an id of a user or a session, until the last token of it has expired; the sessions say as much',
    before: ofTheHouse,
    except: ofTheHouse,
    generation: ofTheHouse,
    at: ofTheHouse,
    expiresAt: ofTheHouse,
  },
  Attempt: {
    key: 'a keyed hash, which cannot be read back',
    used: ofTheHouse,
    reserved: ofTheHouse,
    reservedBefore: ofTheHouse,
    slot: ofTheHouse,
    retryAt: ofTheHouse,
    expiresAt: ofTheHouse,
  },
  Spent: { key: 'a hash, which cannot be read back', expiresAt: ofTheHouse },
  SigningKey: {
    id: nobodys,
    algorithm: nobodys,
    publicJwk: nobodys,
    privateKey: nobodys,
    slot: nobodys,
    createdAt: nobodys,
    activatedAt: nobodys,
    retiredAt: nobodys,
    expiresAt: nobodys,
    removedAt: nobodys,
  },
  Job: { name: nobodys, holder: nobodys, leaseUntil: nobodys, finishedAt: nobodys },
  State: { key: nobodys, value: nobodys },
  Role: { name: nobodys, description: nobodys, permissions: nobodys, createdAt: nobodys, updatedAt: nobodys },
  ServiceClient: { id: nobodys, name: nobodys, secretHash: nobodys, createdAt: nobodys, lastUsedAt: nobodys },
} as const satisfies Decisions;

type Exported = typeof exportedColumns;

/** The columns of a row that an export has. */
export type ExportedRow<Model extends keyof Models> = {
  readonly [Column in keyof Models[Model] as Column extends keyof Exported[Model]
    ? Exported[Model][Column] extends true
      ? Column
      : never
    : never]: Models[Model][Column];
};

/** Takes of a row what an export has. */
export const exportedOf =
  <Model extends keyof Models>(model: Model) =>
  (row: Models[Model]): ExportedRow<Model> => {
    const decisions: Readonly<Record<string, Decision>> = exportedColumns[model];
    return Object.fromEntries(Object.entries(row).filter(([column]) => decisions[column] === true)) as ExportedRow<Model>;
  };
