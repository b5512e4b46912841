/** What an export is noted as. `docs/audit.md` explains it. */
export const exportEvents = {
  'account.exported': {
    words: 'Somebody took along everything that is kept about their account.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'account-exported',
  },
} as const;

export type ExportEvent = keyof typeof exportEvents;
