import { useMutation, useQuery } from '@apollo/client/react';
import { ProfileDocument, RevokeSessionDocument, SessionsDocument, UpdateProfileDocument } from '@gatehouse/client';
import React, { useEffect, useState } from 'react';
import { ConfirmAddress } from './confirm-address.jsx';
import { ForgottenPassword } from './forgotten-password.jsx';
import { gatehouse } from './gatehouse.js';
import { Refusal } from './refusal.jsx';

export function App() {
  const [signedIn, setSignedIn] = useState(null);
  useEffect(() => {
    gatehouse.isSignedIn().then(setSignedIn);
    return gatehouse.onChange((state) => setSignedIn(state.signedIn));
  }, []);
  if (signedIn === null) return null;
  return <main>{signedIn ? <Account /> : <SignIn />}</main>;
}

function SignIn() {
  const [isNew, setNew] = useState(false);
  const [isForgotten, setForgotten] = useState(false);
  const [error, setError] = useState(null);
  if (isForgotten) return <ForgottenPassword onDone={() => setForgotten(false)} />;
  const submit = (event) => {
    event.preventDefault();
    const { username, email, password } = Object.fromEntries(new FormData(event.target));
    const answer = isNew ? gatehouse.register({ username, email, password }) : gatehouse.login({ username, password });
    answer.catch(setError);
  };
  return (
    <>
      <h1>{isNew ? 'Sign up' : 'Sign in'}</h1>
      <form onSubmit={submit}>
        <input name="username" placeholder="Username" aria-label="Username" autoComplete="username" required />
        {isNew && <input name="email" type="email" placeholder="E-mail" aria-label="E-mail" autoComplete="email" required />}
        <input
          name="password"
          type="password"
          placeholder="Password"
          aria-label="Password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
        />
        <button type="submit">{isNew ? 'Sign up' : 'Sign in'}</button>
      </form>
      <Refusal error={error} />
      <button type="button" onClick={() => setNew(!isNew)}>
        {isNew ? 'I have an account' : 'I am new here'}
      </button>{' '}
      <button type="button" onClick={() => setForgotten(true)}>
        I have lost my password
      </button>
    </>
  );
}

function Account() {
  const { data, error } = useQuery(ProfileDocument);
  const [update, updating] = useMutation(UpdateProfileDocument);
  const save = (event) => {
    event.preventDefault();
    const { name } = Object.fromEntries(new FormData(event.target));
    update({ variables: { input: { name: name || null } } }).catch(() => undefined); // shown below
  };
  if (!data) return <Refusal error={error} />;
  return (
    <>
      <h1>Hello {data.profile.name ?? data.profile.username}</h1>
      {!data.profile.emailVerified && <ConfirmAddress email={data.profile.email} />}
      <form onSubmit={save}>
        <input name="name" placeholder="Name" aria-label="Name" defaultValue={data.profile.name ?? ''} />
        <button type="submit">Save</button>
      </form>
      <Refusal error={updating.error} />
      <Devices />
      <button type="button" onClick={() => gatehouse.logout().catch(() => gatehouse.forget())}>
        Sign out
      </button>
    </>
  );
}

function Devices() {
  const { data, refetch } = useQuery(SessionsDocument, { fetchPolicy: 'cache-and-network' });
  const [revoke] = useMutation(RevokeSessionDocument);
  return (
    <>
      <h2>Devices</h2>
      <ul>
        {data?.sessions.map(({ id, current, userAgent, lastUsedAt }) => (
          <li key={id}>
            {userAgent ?? 'Unknown'}, {new Date(lastUsedAt).toLocaleString()}{' '}
            {current ? '(this one)' : <button onClick={() => revoke({ variables: { id } }).then(() => refetch())}>End</button>}
          </li>
        ))}
      </ul>
    </>
  );
}
