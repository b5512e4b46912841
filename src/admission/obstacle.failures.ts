/** What whoever shows a right password may be answered with, in place of a session (and where it is wrong). */
export const obstacleFailures = [
  'INVALID_CREDENTIALS',
  'FORBIDDEN',
  'DELETION_SCHEDULED',
  'PASSWORD_RESET_REQUIRED',
  'EMAIL_NOT_VERIFIED',
  'SECOND_FACTOR_REQUIRED',
  'SECOND_FACTOR_SETUP_REQUIRED',
] as const;
