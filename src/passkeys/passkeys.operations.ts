import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { signedInSchema } from '../sessions/session.schema';
import { userAnswerSchema } from '../users/user.schema';
import type { AddPasskey } from './add-passkey';
import type { LogInWithPasskey } from './log-in-with-passkey';
import type { OwnPasskeys } from './own-passkeys';
import { passkeyChanged, passkeyOptionsMade, passkeySchema } from './passkey.schema';
import type { AskForPasskey } from './passkey-options';
import {
  addPasskeyInput,
  loginWithPasskeyInput,
  newPasskeyOptionsInput,
  passkeyOptionsInput,
  removePasskeyInput,
  renamePasskeyInput,
} from './passkeys.inputs';
import type { RemovePasskey } from './remove-passkey';

export interface PasskeysService extends AddPasskey, OwnPasskeys {
  readonly passkeyOptions: AskForPasskey;
  readonly loginWithPasskey: LogInWithPasskey;
  readonly removePasskey: RemovePasskey;
}

const operation = operationOf<PasskeysService>();
const tag = 'Second factors';

const id = 'Aq3cS0yN6w8';
const toText = (type: string): string =>
  Buffer.from(JSON.stringify({ type, challenge: 'AQ', origin: 'https://auth.example.com' })).toString('base64url');

/** What a browser gives, shortened. */
const madePasskey = {
  id,
  rawId: id,
  type: 'public-key',
  response: { clientDataJSON: toText('webauthn.create'), attestationObject: 'o2NmbXQ' },
};
const shownPasskey = {
  ...madePasskey,
  response: { clientDataJSON: toText('webauthn.get'), authenticatorData: 'SZYN5YgO', signature: 'MEUCIQ' },
};

export const passkeysOperations = [
  operation({
    name: 'passkeyOptions',
    kind: 'mutation',
    summary: 'Options for navigator.credentials.get, for a login, a second factor or a fresh session.',
    tag: 'Accounts',
    access: 'optional',
    input: passkeyOptionsInput,
    inputIs: 'optional',
    output: passkeyOptionsMade,
    failures: ['INVALID_CODE', 'FORBIDDEN', 'FEATURE_DISABLED'],
    rest: [{ method: 'POST', path: '/login/passkey/options', at: 'v1' }],
    example: {},
    run: (passkeys, { proof, input }) => passkeys.passkeyOptions(proof, input),
  }),
  operation({
    name: 'loginWithPasskey',
    kind: 'mutation',
    summary: 'Begins a session, by a passkey that verifies its user: both factors at once.',
    tag: 'Accounts',
    access: 'public',
    input: loginWithPasskeyInput,
    output: signedInSchema,
    failures: ['INVALID_CREDENTIALS', 'FORBIDDEN', 'DELETION_SCHEDULED', 'EMAIL_NOT_VERIFIED', 'FEATURE_DISABLED', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/login/passkey', at: 'v1' }],
    example: { passkey: shownPasskey },
    run: (passkeys, { input, requester }) => passkeys.loginWithPasskey(input, requester),
  }),
  operation({
    name: 'newPasskeyOptions',
    kind: 'mutation',
    summary: 'Options for navigator.credentials.create. Nothing is added before addPasskey.',
    tag,
    access: 'fresh or challenge',
    input: newPasskeyOptionsInput,
    inputIs: 'optional',
    output: passkeyOptionsMade,
    failures: ['EMAIL_NOT_VERIFIED', 'FEATURE_DISABLED'],
    rest: [{ method: 'POST', path: '/passkeys/options', at: 'v1' }],
    example: { kind: 'passkey' },
    run: (passkeys, { proof, input }) => passkeys.newPasskeyOptions(proof, input),
  }),
  operation({
    name: 'addPasskey',
    kind: 'mutation',
    summary: 'Keeps the passkey that the browser made. The first second factor gives recovery codes.',
    tag,
    access: 'fresh or challenge',
    input: addPasskeyInput,
    output: passkeyChanged,
    failures: ['EMAIL_NOT_VERIFIED', 'FEATURE_DISABLED'],
    rest: [{ method: 'POST', path: '/passkeys', at: 'v1', status: 201 }],
    example: { passkey: madePasskey, name: 'Phone' },
    run: (passkeys, { proof, input, requester }) => passkeys.addPasskey(proof, input, requester),
  }),
  operation({
    name: 'passkeys',
    kind: 'query',
    summary: "The caller's passkeys, oldest first.",
    tag,
    access: 'session',
    output: z.array(passkeySchema),
    failures: [],
    rest: [{ method: 'GET', path: '/passkeys', at: 'v1', operationId: 'listPasskeys' }],
    restAnswer: { under: 'passkeys' },
    run: (passkeys, { proof }) => passkeys.list(proof.user.id),
  }),
  operation({
    name: 'renamePasskey',
    kind: 'mutation',
    summary: 'Gives a passkey another name.',
    tag,
    access: 'session',
    input: renamePasskeyInput,
    output: passkeyChanged,
    failures: ['NOT_FOUND'],
    rest: [{ method: 'PATCH', path: '/passkeys/{id}', at: 'v1' }],
    example: { name: 'Phone' },
    run: (passkeys, { proof, input }) => passkeys.renamePasskey(proof, input),
  }),
  operation({
    name: 'removePasskey',
    kind: 'mutation',
    summary: 'The passkey opens nothing any more. Recovery codes go with the last second factor.',
    tag,
    access: 'fresh',
    input: removePasskeyInput,
    inputIs: 'arguments',
    output: userAnswerSchema,
    failures: ['NOT_FOUND', 'LAST_LOGIN_METHOD'],
    rest: [{ method: 'DELETE', path: '/passkeys/{id}', at: 'v1' }],
    run: (passkeys, { proof, input, requester }) => passkeys.removePasskey(proof, input.id, requester),
  }),
];
