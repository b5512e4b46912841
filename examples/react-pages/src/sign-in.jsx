import { findGatehouseError } from '@gatehouse/client';
import React, { useState } from 'react';
import { gatehouse, pageOf } from './gatehouse.js';

/** Name and password, then the code of an app where there is one. Every other step is taken on the pages. */
export function SignIn() {
  const [challenge, setChallenge] = useState(null);
  const [error, setError] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    const { username, password, totp } = Object.fromEntries(new FormData(event.target));
    const answer = challenge === null ? gatehouse.login({ username, password }) : gatehouse.completeLogin({ challenge, totp });
    answer.catch((thrown) => {
      const { code, details } = findGatehouseError(thrown) ?? {};
      const takesCode = code === 'SECOND_FACTOR_REQUIRED' && details.methods.includes('TOTP');
      if (takesCode) setChallenge(details.challenge);
      setError(takesCode ? null : thrown);
    });
  };
  return (
    <>
      <h1>Sign in</h1>
      <form onSubmit={submit}>
        {challenge === null ? <Password /> : <Code />}
        <button type="submit">Sign in</button>
      </form>
      <Refusal error={error} />
      <nav aria-label="Other ways">
        <a href={pageOf('/register')}>I am new here</a>
        <a href={pageOf('/forgot-password')}>I have lost my password</a>
      </nav>
    </>
  );
}

const Password = () => (
  <>
    <input name="username" placeholder="Username" aria-label="Username" autoComplete="username" required />
    <input name="password" type="password" placeholder="Password" aria-label="Password" autoComplete="current-password" required />
  </>
);

const Code = () => (
  <input name="totp" placeholder="Code of your app" aria-label="Code" autoComplete="one-time-code" inputMode="numeric" required />
);

/** What the pages have a form for, and this front end has none. */
const steps = ['SECOND_FACTOR_REQUIRED', 'DELETION_SCHEDULED', 'EMAIL_NOT_VERIFIED', 'PASSWORD_RESET_REQUIRED'];

function Refusal({ error }) {
  if (error === null) return null;
  const found = findGatehouseError(error);
  return (
    <p role="alert">
      {found?.message ?? 'The gateway cannot be reached.'}{' '}
      {steps.includes(found?.code) && <a href={pageOf('/login')}>Go on there</a>}
    </p>
  );
}
