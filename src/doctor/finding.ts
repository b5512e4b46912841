/** What was looked at, how it stands, and where it is not right, how to mend it. Never a secret. */
export interface Finding {
  readonly subject:
    | 'settings'
    | 'Node'
    | 'files'
    | 'policy'
    | 'providers'
    | 'upstream'
    | 'database'
    | 'migrations'
    | 'secrets'
    | 'clock'
    | 'nodes'
    | 'keys'
    | 'names'
    | 'roles'
    | 'mail'
    | 'public URL';
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly what: string;
  readonly mend?: string;
}

export const ok = (subject: Finding['subject'], what: string): Finding => ({ subject, state: 'ok', what });
export const warning = (subject: Finding['subject'], what: string, mend: string): Finding => ({ subject, state: 'warning', what, mend });
export const wrong = (subject: Finding['subject'], what: string, mend: string): Finding => ({ subject, state: 'wrong', what, mend });
