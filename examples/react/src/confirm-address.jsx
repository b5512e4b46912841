import { useMutation } from '@apollo/client/react';
import { ProfileDocument, RequestEmailVerificationDocument, VerifyEmailDocument } from '@gatehouse/client';
import React from 'react';
import { CodeField } from './code-field.jsx';
import { Refusal } from './refusal.jsx';

/** The code of the mail that came after the sign-up. The mail's link does the same, on any device. */
export function ConfirmAddress({ email }) {
  const [verify, verifying] = useMutation(VerifyEmailDocument, { refetchQueries: [ProfileDocument] });
  const [sendAgain, sending] = useMutation(RequestEmailVerificationDocument);
  const submit = (event) => {
    event.preventDefault();
    const { code } = Object.fromEntries(new FormData(event.target));
    verify({ variables: { input: { code } } }).catch(() => undefined); // shown below
  };
  return (
    <section aria-label="Confirm your address">
      <p>We have sent a code to {email}.</p>
      <form onSubmit={submit}>
        <CodeField />
        <button type="submit">Confirm</button>
      </form>
      <Refusal error={verifying.error ?? sending.error} />
      <button type="button" onClick={() => sendAgain({ variables: { input: {} } }).catch(() => undefined)}>
        Send it again
      </button>
    </section>
  );
}
