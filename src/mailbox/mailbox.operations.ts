import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { graphqlNames, moment } from '../operations/schemas';
import { signedInSchema } from '../sessions/session.schema';
import { userAnswerSchema } from '../users/user.schema';
import { authConfigSchema } from './auth-config';
import {
  completeRegistrationInput,
  loginWithCodeInput,
  mailCodeInput,
  requestCodeInput,
  requestEmailChangeInput,
  resendInput,
  resetPasswordInput,
} from './mailbox.inputs';
import type { MailboxService } from './mailbox.service';

const operation = operationOf<MailboxService>();

const attemptExample = 'gatehouse_ma_…';

/** What whoever asks for a code is told. */
export const codeSent = z
  .object({
    attempt: z
      .string()
      .meta({ description: 'Belongs to the code: whoever has both has the mailbox. Keep it to yourself.', examples: [attemptExample] }),
    expiresAt: moment('Until when code and link count.'),
    resendAfterSeconds: z.int().meta({ description: 'How long to wait before asking again.', examples: [60] }),
  })
  .meta({ id: 'CodeSent', description: 'The same for every address.' })
  .register(graphqlNames, { name: 'CodeSentPayload' });

const verified = z.object({ verified: z.boolean() }).meta({ id: 'EmailVerified' }).register(graphqlNames, { name: 'VerifyEmailPayload' });

const reset = z
  .object({ endedSessions: z.int().meta({ description: 'Every session of the user has been ended.' }) })
  .meta({ id: 'PasswordWasReset' })
  .register(graphqlNames, { name: 'ResetPasswordPayload' });

const asking = ['FEATURE_DISABLED', 'RATE_LIMITED'] as const;
const proving = ['INVALID_CODE', 'RATE_LIMITED'] as const;
const example = { email: 'user123@example.com' };
const proofExample = { attempt: attemptExample, code: '1234 5678' };

export const mailboxOperations = [
  operation({
    name: 'authConfig',
    kind: 'query',
    summary: 'What a form needs to know: which ways in are open, and what a password must be.',
    tag: 'Accounts',
    access: 'public',
    output: authConfigSchema,
    failures: [],
    rest: [{ method: 'GET', path: '/config', at: 'v1' }],
    run: (mailbox) => mailbox.authConfig(),
  }),
  operation({
    name: 'requestRegistration',
    kind: 'mutation',
    summary: 'Sends a code and a link to an address. The answer is the same whether or not there is an account.',
    tag: 'Accounts',
    access: 'public',
    input: requestCodeInput,
    output: codeSent,
    failures: asking,
    rest: [{ method: 'POST', path: '/registration', at: 'v1', status: 202 }],
    example,
    run: (mailbox, { input, requester }) => mailbox.requestRegistration(input, requester),
  }),
  operation({
    name: 'completeRegistration',
    kind: 'mutation',
    summary: 'Makes the user whose address has been proved, and logs in.',
    tag: 'Accounts',
    access: 'public',
    input: completeRegistrationInput,
    output: signedInSchema,
    failures: [...proving, 'WEAK_PASSWORD', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'FEATURE_DISABLED', 'FORBIDDEN'],
    rest: [{ method: 'PUT', path: '/registration', at: 'v1', status: 201 }],
    example: { ...proofExample, username: 'user123', password: 'password123' },
    run: (mailbox, { input, requester }) => mailbox.completeRegistration(input, requester),
  }),
  operation({
    name: 'requestLoginCode',
    kind: 'mutation',
    summary: 'Sends a code to log in with. The answer is the same whether or not there is an account.',
    tag: 'Accounts',
    access: 'public',
    input: requestCodeInput,
    output: codeSent,
    failures: asking,
    rest: [{ method: 'POST', path: '/login/code', at: 'v1', status: 202 }],
    example,
    run: (mailbox, { input, requester }) => mailbox.requestLoginCode(input, requester),
  }),
  operation({
    name: 'loginWithCode',
    kind: 'mutation',
    summary: 'Begins a session, by the code of a mail.',
    tag: 'Accounts',
    access: 'public',
    input: loginWithCodeInput,
    output: signedInSchema,
    failures: [
      ...proving,
      'INVALID_CREDENTIALS',
      'DELETION_SCHEDULED',
      'SECOND_FACTOR_REQUIRED',
      'SECOND_FACTOR_SETUP_REQUIRED',
      'FEATURE_DISABLED',
      'FORBIDDEN',
    ],
    rest: [{ method: 'PUT', path: '/login/code', at: 'v1' }],
    headers: { 'X-Device-Token': 'The device token of an earlier login: gives this device its own budget of tries.' },
    example: proofExample,
    run: (mailbox, { input, requester }) => mailbox.loginWithCode(input, requester),
  }),
  operation({
    name: 'requestPasswordReset',
    kind: 'mutation',
    summary: 'Sends a code and a link for a new password. The answer is the same whether or not there is an account.',
    tag: 'Accounts',
    access: 'public',
    input: requestCodeInput,
    output: codeSent,
    failures: asking,
    rest: [{ method: 'POST', path: '/password-reset', at: 'v1', status: 202 }],
    example,
    run: (mailbox, { input, requester }) => mailbox.requestPasswordReset(input, requester),
  }),
  operation({
    name: 'resetPassword',
    kind: 'mutation',
    summary: 'Sets a new password. Every session of the user ends, and nobody is logged in; an authenticator app stays.',
    tag: 'Accounts',
    access: 'public',
    input: resetPasswordInput,
    output: reset,
    failures: [...proving, 'WEAK_PASSWORD'],
    rest: [{ method: 'PUT', path: '/password-reset', at: 'v1' }],
    example: { ...proofExample, new_password: 'correct horse battery staple' },
    run: (mailbox, { input, requester }) => mailbox.resetPassword(input, requester),
  }),
  operation({
    name: 'requestEmailVerification',
    kind: 'mutation',
    summary: "Sends a code to the caller's own address, or for a login that was refused with EMAIL_NOT_VERIFIED.",
    tag: 'Profile',
    access: 'optional',
    input: resendInput,
    inputIs: 'optional',
    output: codeSent,
    failures: [...asking, 'INVALID_CODE', 'UNAUTHENTICATED'],
    rest: [{ method: 'POST', path: '/email-verification', at: 'v1', status: 202 }],
    example: { attempt: attemptExample },
    run: (mailbox, { proof, input, requester }) => mailbox.requestEmailVerification(input, proof, requester),
  }),
  operation({
    name: 'verifyEmail',
    kind: 'mutation',
    summary: "Proves an account's address. In a session of the account its code alone is enough; otherwise no session is needed.",
    tag: 'Profile',
    access: 'optional',
    input: mailCodeInput,
    output: verified,
    failures: [...proving, 'UNAUTHENTICATED'],
    rest: [{ method: 'PUT', path: '/email-verification', at: 'v1' }],
    example: proofExample,
    run: (mailbox, { proof, input, requester }) => mailbox.verifyEmail(input, proof, requester),
  }),
  operation({
    name: 'requestEmailChange',
    kind: 'mutation',
    summary: 'Asks for a new address: it gets a code. The old one works until the new one is confirmed. Needs a fresh session.',
    tag: 'Profile',
    access: 'fresh',
    input: requestEmailChangeInput,
    output: codeSent,
    failures: asking,
    rest: [{ method: 'POST', path: '/email-change', at: 'v1', status: 202 }],
    example: { new_email: 'kate.new@example.com' },
    run: (mailbox, { proof, input, requester }) => mailbox.requestEmailChange(proof, input, requester),
  }),
  operation({
    name: 'confirmEmailChange',
    kind: 'mutation',
    summary: 'Takes the new address, which its code has proved.',
    tag: 'Profile',
    access: 'session',
    input: mailCodeInput,
    output: userAnswerSchema,
    failures: [...proving, 'EMAIL_TAKEN'],
    rest: [{ method: 'PUT', path: '/email-change', at: 'v1' }],
    example: { code: '1234 5678' },
    run: (mailbox, { proof, input, requester, loaders }) => mailbox.confirmEmailChange(proof, input, { requester, loader: loaders.users }),
  }),
  operation({
    name: 'cancelEmailChange',
    kind: 'mutation',
    summary: 'Drops a new address that waits to be confirmed.',
    tag: 'Profile',
    access: 'session',
    output: userAnswerSchema,
    failures: [],
    rest: [{ method: 'DELETE', path: '/email-change', at: 'v1' }],
    run: (mailbox, { proof, requester }) => mailbox.cancelEmailChange(proof, requester),
  }),
];
