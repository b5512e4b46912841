import type { z } from 'zod';
import type { accountsOperations } from '../accounts/accounts.operations';
import type { admissionOperations } from '../admission/admission.operations';
import type { RequestContext } from '../context';
import type { Failure, Issue } from '../errors';
import type { exportOperations } from '../export/export.operations';
import type { Html } from '../html';
import type { identitiesOperations } from '../identities/identities.operations';
import type { leavingOperations } from '../leaving/leaving.operations';
import type { MailLanguage } from '../mail/texts/languages';
import type { AuthConfig } from '../mailbox/auth-config';
import type { mailboxOperations } from '../mailbox/mailbox.operations';
import type { PagedDocument } from '../operations/paged-document';
import type { passkeysOperations } from '../passkeys/passkeys.operations';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { reauthenticationOperations } from '../reauthentication/reauthentication.operations';
import type { secondFactorsOperations } from '../second-factors/second-factors.operations';
import type { sessionsOperations } from '../sessions/sessions.operations';
import type { timelineOperations } from '../timeline/timeline.operations';
import type { Flow, FlowChange } from './flow';
import type { Say } from './texts/say';

type Operations = (
  | typeof accountsOperations
  | typeof sessionsOperations
  | typeof admissionOperations
  | typeof mailboxOperations
  | typeof reauthenticationOperations
  | typeof secondFactorsOperations
  | typeof leavingOperations
  | typeof exportOperations
  | typeof timelineOperations
  | typeof identitiesOperations
  | typeof passkeysOperations
)[number];

type Named<Name extends Operations['name']> = Extract<Operations, { readonly name: Name }>;

/** Calls an operation as the other doors do, by its record: the guard, then the input, then the rule. @throws {Failure} as the operation does */
export type CallOperation = <Name extends Operations['name']>(name: Name, input?: object) => Promise<z.output<Named<Name>['output']>>;

export type Fields = Readonly<Record<string, string>>;

/** What a page is told of who asks. */
export interface Visit {
  readonly say: Say;
  readonly language: MailLanguage;
  /** Null: nobody is logged in. @throws {Failure} UNAVAILABLE */
  readonly session: () => Promise<AuthenticatedSession | null>;
  readonly context: RequestContext;
  readonly call: CallOperation;
  readonly query: URLSearchParams;
  /** What stands in the path for its `:names`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly flow: Flow;
  /** What this gateway offers. */
  readonly offers: AuthConfig;
  /** A path of a page as a link has it, below the path of PUBLIC_URL. */
  readonly to: (path: string, query?: Readonly<Record<string, string | null | undefined>>) => string;
  /** Of PUBLIC_URL. */
  readonly publicOrigin: string;
  /** Where to go back to, if that is allowed. */
  readonly returnTo: URL | null;
  readonly now: number;
  /**
   * Does what was asked for under that id before somebody had to show who is there: a moment ago, and nothing else that may wait.
   * Null: nothing of it waits. @throws {Failure} as that form does
   */
  readonly resume: (id: string | undefined) => Promise<Pressed | null>;
}

/** What was sent, and why it was refused: the page is shown again, with what was typed but for secrets. */
export interface Tried {
  readonly failure: Failure;
  readonly issues: readonly Issue[];
  readonly fields: Fields;
}

/** A page as it is shown. */
export interface View {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** With the others of the account beside it. */
  readonly nav?: boolean;
  /** What a form of it may lead to beside this host. */
  readonly formOrigin?: URL | null;
  /** Where the browser goes by itself, as soon as the page is there. */
  readonly leadsTo?: string;
  /** It has the one script of the pages, which asks the browser for a passkey. */
  readonly hasScript?: boolean;
  readonly flow?: FlowChange;
}

/** 303, after every form that did something. */
export class Redirect {
  constructor(
    readonly to: string,
    readonly flow: FlowChange = {},
    /** The session of this browser has ended. */
    readonly ends = false,
  ) {}
}

/** A file to keep. */
export class Download {
  constructor(
    readonly name: string,
    readonly document: PagedDocument,
    readonly flow: FlowChange = {},
  ) {}
}

export type Shown = View | Redirect;
/** For the script of this page alone, in JSON. */
export class Data {
  constructor(
    readonly value: object,
    readonly flow: FlowChange = {},
  ) {}
}

export type Pressed = Shown | Download | Data;

/** A page: a file each. It has no rule of its own: it calls operations, and says what they say. */
export interface Page {
  /** Below `/account`; `:name` stands for any one part. */
  readonly path: string;
  /** `session`: whoever is not logged in is led there first, and back. */
  readonly access: 'public' | 'session';
  /** Where to go back to, where neither the address nor a form can say it. */
  readonly returnTo?: (flow: Flow) => string | undefined;
  /** GET: changes nothing. `tried`: a form of it was refused. */
  readonly look: (visit: Visit, tried: Tried | null) => Promise<Shown> | Shown;
  /** POST, by the field `do`. */
  readonly press?: Readonly<Record<string, (visit: Visit, fields: Fields) => Promise<Pressed>>>;
}
