import { useMutation, useQuery } from '@apollo/client/react';
import { findGatehouseError, ProfileDocument, RevokeSessionDocument, SessionsDocument, UpdateProfileDocument } from '@gatehouse/client';
import React, { useEffect, useState } from 'react';
import { gatehouse } from './gatehouse.js';

export function App() {
  const [signedIn, setSignedIn] = useState(null);
  useEffect(() => {
    gatehouse.isSignedIn().then(setSignedIn);
    return gatehouse.onChange((state) => setSignedIn(state.signedIn));
  }, []);
  if (signedIn === null) return null;
  return <main>{signedIn ? <Account /> : <SignIn />}</main>;
}

/** What the gateway refused, field by field where it says so. */
function Refusal({ error }) {
  if (!error) return null;
  const found = findGatehouseError(error);
  const issues = found?.details.issues?.map(({ path, message }) => `${path} ${message}`) ?? [];
  return <p role="alert">{[found?.message ?? 'The gateway cannot be reached.', ...issues].join(' ')}</p>;
}

function SignIn() {
  const [isNew, setNew] = useState(false);
  const [error, setError] = useState(null);
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
