import type { Admission } from '../admission/admission';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database } from '../database/database';
import { readOwnFields } from '../database/queries/own-fields.query';
import { Failure, type Issue } from '../errors';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { BreachedPasswords } from '../passwords/breached/breached-passwords';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { AuthenticatedSession, Verdict } from '../proofs/proofs';
import type { SessionsService } from '../sessions/sessions.service';
import type { Profile } from '../users/profile.schema';
import type { User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import { type CreateUser, createCreateUser } from './create-user';
import type { Credentials } from './credentials';
import { createLogIn, type LogIn } from './log-in';
import type { InsertUser } from './new-user';
import { type ChangePassword, createChangePassword } from './password/change-password';
import { createDistrustPassword } from './password/distrust-password';
import { createSetPassword, type SetPassword } from './password/set-password';
import { createRegister, type Register } from './register';
import type { TakenNames } from './taken-names';
import { createUpdateProfile, type UpdateProfile } from './update-profile';

/** Registering, logging in, and changing what a user is known by: each operation has a file of its own. */
export interface AccountsService {
  readonly register: Register;
  readonly create: CreateUser;
  readonly login: LogIn;
  /** What the password policy refuses in an input that is wrong elsewhere. None where the password itself is no usable text. */
  readonly judgePassword: (password: unknown, path: string, owner: Readonly<Record<string, unknown>>) => Promise<readonly Issue[]>;
  /** The caller, or null. */
  readonly me: (verdict: Verdict, loader: UserLoader) => Promise<User | null>;
  /** What is shown of the caller to nobody else. */
  readonly ownFields: (session: AuthenticatedSession) => Promise<Omit<Profile, keyof User>>;
  /** The caller. */
  readonly profile: (session: AuthenticatedSession, loader: UserLoader) => Promise<Profile>;
  readonly updateProfile: UpdateProfile;
  readonly changePassword: ChangePassword;
  readonly setPassword: SetPassword;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly sessions: SessionsService;
  readonly admission: Admission;
  readonly credentials: Credentials;
  readonly names: TakenNames;
  readonly insertUser: InsertUser;
  readonly outbox: Outbox;
  readonly config: Config;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly mailTokens: MailTokens;
  readonly ownerNotices: OwnerNotices;
  readonly breached: BreachedPasswords | null;
}

export function createAccountsService(dependencies: Dependencies): AccountsService {
  const ownFields: AccountsService['ownFields'] = async ({ user, permissions }) => ({
    ...(await readOwnFields(dependencies.database.statements, user, new Date(dependencies.clock.now()))),
    hasPassword: user.passwordHash !== null,
    deletesAt: user.deletesAt,
    permissions: [...(await permissions()).list],
  });
  return {
    register: createRegister(dependencies),
    create: createCreateUser(dependencies),
    login: createLogIn({ ...dependencies, distrustPassword: createDistrustPassword(dependencies) }),
    judgePassword: (password, path, owner) => judgePassword(dependencies.policy, password, path, owner),
    me: async (verdict, loader) => (verdict.accepted ? loader.load(verdict.session.user.id) : null),
    ownFields,
    profile: async (session, loader) => {
      const found = await loader.load(session.user.id);
      if (found === null) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
      return { ...found, ...(await ownFields(session)) };
    },
    updateProfile: createUpdateProfile(dependencies),
    changePassword: createChangePassword(dependencies),
    setPassword: createSetPassword(dependencies),
  };
}

async function judgePassword(
  policy: PasswordPolicy,
  password: unknown,
  path: string,
  owner: Readonly<Record<string, unknown>>,
): Promise<readonly Issue[]> {
  if (typeof password !== 'string') return [];
  const [username, email, name] = [owner.username, owner.email, owner.name].map((part) => (typeof part === 'string' ? part : ''));
  return policy.judge(password, { username: username ?? '', email: email ?? '', name }, path);
}
