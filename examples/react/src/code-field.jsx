import React from 'react';

/** Eight digits of a mail: browsers and telephones offer to fill them in. */
export function CodeField() {
  return <input name="code" placeholder="Code" aria-label="Code" inputMode="numeric" autoComplete="one-time-code" required />;
}
