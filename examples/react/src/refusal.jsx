import { findGatehouseError } from '@gatehouse/client';
import React from 'react';

/** What the gateway refused, field by field where it says so. */
export function Refusal({ error }) {
  if (!error) return null;
  const found = findGatehouseError(error);
  const issues = found?.details.issues?.map(({ path, message }) => `${path} ${message}`) ?? [];
  return <p role="alert">{[found?.message ?? 'The gateway cannot be reached.', ...issues].join(' ')}</p>;
}
