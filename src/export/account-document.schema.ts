import { z } from 'zod';
import { graphqlNames, id, moment } from '../operations/schemas';

/** Its name and version: a member that is added is the same version, another meaning is not. */
export const documentFormat = 'gatehouse-account/1';

const when = (description?: string) => moment(description).nullable();
const known = () => z.string().nullable();

const profile = z
  .strictObject({
    id: id(),
    username: z.string(),
    email: z.string(),
    emailVerifiedAt: when(),
    name: known(),
    bio: known(),
    pictureUrl: known(),
    locale: known(),
    roles: z.array(z.string()),
    hasPassword: z.boolean(),
    disabledAt: when(),
    deletesAt: when(),
    passwordDistrustedAt: when(),
    createdAt: moment(),
    updatedAt: moment(),
  })
  .meta({ id: 'AccountProfile' });

const session = z
  .strictObject({
    id: id(),
    methods: z.array(z.string()),
    userAgent: known(),
    ipAddress: known(),
    authenticatedAt: moment(),
    verifiedAt: when(),
    createdAt: moment(),
    lastUsedAt: moment(),
    idleExpiresAt: moment('When it ends unless it is refreshed, or when it ended.'),
    expiresAt: moment(),
    revokedAt: when(),
  })
  .meta({ id: 'AccountSession' });

const passkey = z
  .strictObject({
    id: id(),
    name: z.string(),
    credentialId: z.string(),
    publicKey: z.string().meta({ description: 'COSE, base64url.' }),
    verifiesUser: z.boolean(),
    synced: z.boolean(),
    transports: z.string(),
    aaguid: known(),
    createdAt: moment(),
    lastUsedAt: when(),
  })
  .meta({ id: 'AccountPasskey' });

const identity = z
  .strictObject({
    id: id(),
    provider: z.string(),
    issuer: z.string(),
    subject: z.string(),
    email: known(),
    createdAt: moment(),
    lastUsedAt: when(),
  })
  .meta({ id: 'AccountIdentity' });

const pendingMail = z
  .strictObject({
    purpose: z.string(),
    email: z.string(),
    sessionId: known(),
    eventId: known(),
    createdAt: moment(),
    expiresAt: moment(),
  })
  .meta({ id: 'AccountPendingMail' });

const event = z
  .strictObject({
    id: id(),
    at: moment(),
    event: z.string(),
    outcome: z.string(),
    actor: known(),
    sessionId: known(),
    requestId: known(),
    clientPrefix: known(),
    userAgent: known(),
    detail: known(),
    disputedAt: when(),
  })
  .meta({ id: 'AccountEvent' });

/** Everything that is kept about somebody. Strict, so that nothing gets in by itself. */
export const accountDocument = z
  .strictObject({
    format: z.literal(documentFormat),
    exportedAt: moment(),
    profile,
    sessions: z.array(session).meta({ description: 'Those that live, and those that ended within a day.' }),
    totp: z.strictObject({ confirmedAt: when(), createdAt: moment() }).nullable(),
    recoveryCodes: z.array(z.strictObject({ usedAt: when(), createdAt: moment() })),
    passkeys: z.array(passkey),
    identities: z.array(identity),
    reservedEmails: z.array(z.strictObject({ email: z.string(), expiresAt: moment() })).meta({
      description: 'Earlier addresses that can still be taken back.',
    }),
    pendingMails: z.array(pendingMail).meta({ description: 'Codes and links that were sent and still count, such as of a new address.' }),
    events: z.array(event).meta({ description: 'What happened, oldest first.' }),
  })
  .meta({ id: 'AccountDocument', description: 'Everything that is kept about one user.' })
  .register(graphqlNames, { scalar: 'JSONObject' });
