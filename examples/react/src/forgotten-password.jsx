import { useMutation } from '@apollo/client/react';
import { RequestPasswordResetDocument, ResetPasswordDocument } from '@gatehouse/client';
import React, { useState } from 'react';
import { CodeField } from './code-field.jsx';
import { Refusal } from './refusal.jsx';

/**
 * Asks for a code, and sets a new password with it. The `attempt` belongs to the code and stays in this page. Whether the address has an account
 * is not told, so the page says the same of every address.
 */
export function ForgottenPassword({ onDone }) {
  const [sent, setSent] = useState(null);
  const [request, requesting] = useMutation(RequestPasswordResetDocument);
  const [reset, resetting] = useMutation(ResetPasswordDocument);
  const ask = (event) => {
    event.preventDefault();
    const { email } = Object.fromEntries(new FormData(event.target));
    request({ variables: { input: { email } } }).then(({ data }) => setSent({ email, attempt: data.requestPasswordReset.attempt }), () => undefined);
  };
  const set = (event) => {
    event.preventDefault();
    const { code, newPassword } = Object.fromEntries(new FormData(event.target));
    reset({ variables: { input: { attempt: sent.attempt, code, newPassword } } }).then(onDone, () => undefined);
  };
  return (
    <>
      <h1>Set a new password</h1>
      {sent === null ? (
        <form onSubmit={ask}>
          <input name="email" type="email" placeholder="E-mail" aria-label="E-mail" autoComplete="email" required />
          <button type="submit">Send me a code</button>
        </form>
      ) : (
        <form onSubmit={set}>
          <p>If {sent.email} has an account, there is a code in its mailbox.</p>
          <CodeField />
          <input name="newPassword" type="password" placeholder="New password" aria-label="New password" autoComplete="new-password" required />
          <button type="submit">Set the password</button>
        </form>
      )}
      <Refusal error={resetting.error ?? requesting.error} />
      <button type="button" onClick={onDone}>
        Back
      </button>
    </>
  );
}
