import { requireSession } from '../context';
import { passwordChangedAnswer, signedInAnswer, userAnswer } from '../rest/answers';
import type { Route } from '../rest/route';
import { changePasswordInput, loginInput, registerInput, updateProfileInput } from './accounts.inputs';
import type { AccountsService } from './accounts.service';

const profile = { path: '/profile', at: 'versioned', access: 'session', tag: 'Profile', status: 200, answer: userAnswer } as const;

const update = {
  ...profile,
  summary: 'Change the profile: a field left out is unchanged, null clears it',
  body: { schema: updateProfileInput, required: true, example: { name: 'Kate Example', locale: 'en-GB' } },
  failures: ['BAD_USER_INPUT', 'INVALID_CREDENTIALS', 'UNAUTHENTICATED', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'RATE_LIMITED', 'UNAVAILABLE'],
} as const;

export const accountsRoutes = (accounts: AccountsService): Route[] => [
  {
    method: 'POST',
    path: '/register',
    at: 'versioned',
    access: 'public',
    status: 201,
    operationId: 'register',
    summary: 'Make a user, and log in',
    tag: 'Accounts',
    body: {
      schema: registerInput,
      required: true,
      example: { username: 'user123', email: 'user123@example.com', password: 'password123' },
    },
    answer: signedInAnswer,
    failures: ['BAD_USER_INPUT', 'WEAK_PASSWORD', 'FORBIDDEN', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'RATE_LIMITED', 'UNAVAILABLE'],
    run: ({ client }, { body }) => accounts.register(body, client),
  },
  {
    method: 'POST',
    path: '/login',
    at: 'versioned',
    access: 'public',
    status: 200,
    operationId: 'login',
    summary: 'Begin a session, by username or by address',
    tag: 'Accounts',
    body: { schema: loginInput, required: true, example: { username: 'user123', password: 'password123' } },
    answer: signedInAnswer,
    headers: { 'X-Device-Token': 'The device token of an earlier login: gives this device its own budget of tries.' },
    failures: ['BAD_USER_INPUT', 'INVALID_CREDENTIALS', 'FORBIDDEN', 'RATE_LIMITED', 'UNAVAILABLE'],
    run: ({ client }, { body }) => accounts.login(body, client),
  },
  {
    ...profile,
    method: 'GET',
    operationId: 'getProfile',
    summary: 'The caller',
    failures: ['UNAUTHENTICATED', 'UNAVAILABLE'],
    run: async (context) => accounts.profile(await requireSession(context), context.loaders.users),
  },
  {
    ...update,
    method: 'PUT',
    operationId: 'putProfile',
    run: async (context, { body }) =>
      (await accounts.updateProfile(await requireSession(context), body, context.client, context.loaders.users)).user,
  },
  {
    ...update,
    method: 'PATCH',
    operationId: 'patchProfile',
    run: async (context, { body }) =>
      (await accounts.updateProfile(await requireSession(context), body, context.client, context.loaders.users)).user,
  },
  {
    method: 'PUT',
    path: '/password',
    at: 'versioned',
    access: 'session',
    status: 200,
    operationId: 'changePassword',
    summary: 'Change the password; every other session ends',
    tag: 'Profile',
    body: {
      schema: changePasswordInput,
      required: true,
      example: { current_password: 'password123', new_password: 'correct horse battery staple' },
    },
    answer: passwordChangedAnswer,
    failures: ['BAD_USER_INPUT', 'WEAK_PASSWORD', 'INVALID_CREDENTIALS', 'UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE'],
    run: async (context, { body }) => accounts.changePassword(await requireSession(context), body, context.client),
  },
];
