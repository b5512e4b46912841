import { z } from 'zod';
import { obstacleFailures } from '../admission/obstacle.failures';
import { operationOf } from '../operations/operation';
import { graphqlNames } from '../operations/schemas';
import { signedInSchema } from '../sessions/session.schema';
import { profileSchema } from '../users/profile.schema';
import { toUser } from '../users/user';
import { userAnswerSchema, userSchema } from '../users/user.schema';
import { changePasswordInput, loginInput, registerInput, setPasswordInput, updateProfileInput } from './accounts.inputs';
import type { AccountsService } from './accounts.service';

const operation = operationOf<AccountsService>();

const profileUpdated = z.object({ user: userSchema }).register(graphqlNames, { name: 'UpdateProfilePayload' });

const passwordChanged = z
  .object({ user: userSchema, endedSessions: z.int().meta({ description: 'Every other session of the user has been ended.' }) })
  .meta({ id: 'PasswordChanged' })
  .register(graphqlNames, { name: 'ChangePasswordPayload' });

export const accountsOperations = [
  operation({
    name: 'register',
    kind: 'mutation',
    summary: 'Makes a user, and logs in.',
    tag: 'Accounts',
    access: 'public',
    input: registerInput,
    alsoWrong: (accounts, _proof, input) => accounts.judgePassword(input.password, 'password', input),
    output: signedInSchema,
    failures: ['WEAK_PASSWORD', 'FORBIDDEN', 'FEATURE_DISABLED', 'EMAIL_NOT_VERIFIED', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/register', status: 201 }],
    example: { username: 'user123', email: 'user123@example.com', password: 'password123' },
    run: (accounts, { input, requester }) => accounts.register(input, requester),
  }),
  operation({
    name: 'login',
    kind: 'mutation',
    summary: 'Begins a session, by username or by address.',
    tag: 'Accounts',
    access: 'public',
    input: loginInput,
    output: signedInSchema,
    failures: [...obstacleFailures, 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/login' }],
    headers: { 'X-Device-Token': 'The device token of an earlier login: gives this device its own budget of tries.' },
    example: { username: 'user123', password: 'password123' },
    run: (accounts, { input, requester }) => accounts.login(input, requester),
  }),
  operation({
    name: 'me',
    kind: 'query',
    summary: 'The caller, or null. Never fails because of a missing or bad token.',
    tag: 'Profile',
    access: 'optional',
    output: userSchema.nullable(),
    failures: [],
    run: (accounts, { proof, loaders }) => accounts.me(proof, loaders.users),
  }),
  operation({
    name: 'profile',
    kind: 'query',
    summary: 'The caller. UNAUTHENTICATED without a valid token.',
    tag: 'Profile',
    access: 'session',
    output: profileSchema,
    failures: [],
    rest: [{ method: 'GET', path: '/profile', operationId: 'getProfile' }],
    run: (accounts, { proof, loaders }) => accounts.profile(proof, loaders.users),
  }),
  operation({
    name: 'updateProfile',
    kind: 'mutation',
    summary: 'Changes the profile. Omitted = unchanged; null = cleared.',
    tag: 'Profile',
    access: 'session',
    input: updateProfileInput,
    sendBack: async (accounts, session) => ({ ...toUser(session.user), ...(await accounts.ownFields(session)) }),
    output: profileUpdated,
    failures: ['INVALID_CREDENTIALS', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'RATE_LIMITED'],
    rest: [
      { method: 'PUT', path: '/profile', operationId: 'putProfile' },
      { method: 'PATCH', path: '/profile', operationId: 'patchProfile' },
    ],
    restAnswer: { member: 'user' },
    example: { name: 'Kate Example', locale: 'en-GB' },
    run: (accounts, { proof, input, requester, loaders }) => accounts.updateProfile(proof, input, requester, loaders.users),
  }),
  operation({
    name: 'changePassword',
    kind: 'mutation',
    summary: 'Changes the password. Every other session of the user ends.',
    tag: 'Profile',
    access: 'session',
    input: changePasswordInput,
    alsoWrong: (accounts, { user }, input) => accounts.judgePassword(input.newPassword, 'newPassword', { ...user }),
    output: passwordChanged,
    failures: ['WEAK_PASSWORD', 'INVALID_CREDENTIALS', 'RATE_LIMITED'],
    rest: [{ method: 'PUT', path: '/password' }],
    example: { current_password: 'password123', new_password: 'correct horse battery staple' },
    run: (accounts, { proof, input, requester }) => accounts.changePassword(proof, input, requester),
  }),
  operation({
    name: 'setPassword',
    kind: 'mutation',
    summary: 'Sets the first password of a user who has none. Every other session of the user ends.',
    tag: 'Profile',
    access: 'fresh',
    input: setPasswordInput,
    alsoWrong: (accounts, { user }, input) => accounts.judgePassword(input.newPassword, 'newPassword', { ...user }),
    output: userAnswerSchema,
    failures: ['WEAK_PASSWORD', 'FORBIDDEN'],
    rest: [{ method: 'POST', path: '/password', at: 'v1' }],
    example: { new_password: 'correct horse battery staple' },
    run: (accounts, { proof, input, requester }) => accounts.setPassword(proof, input, requester),
  }),
];
