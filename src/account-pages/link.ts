import type { RequestContext } from '../context';
import type { Database, MailTokenRow, UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import type { LeavingService } from '../leaving/leaving.service';
import { localeOf, type MailLanguage } from '../mail/texts/languages';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Purpose } from '../mail-tokens/purposes';
import type { AuthConfig } from '../mailbox/auth-config';
import { resetPasswordInput } from '../mailbox/mailbox.inputs';
import type { MailboxService } from '../mailbox/mailbox.service';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { TimelineService } from '../timeline/timeline.service';
import type { Flow } from './flow';
import { askPage, codePage, donePage, loginPage, noticePage, registerPage, type Shown } from './layout';
import type { Say } from './texts/say';
import type { Frame } from './view/document';
import { type ShownPurpose, shownPurposes, wordsIn } from './words';

export interface PageAnswer {
  readonly status: number;
  readonly body: string;
}

/** The page of a mail's link (`/account/link/{token}`). */
export interface LinkPages {
  /** Changes nothing, whoever looks: a scanner, a prefetch, a person. `flow`: what was begun in that browser. */
  readonly look: (token: string, context: RequestContext, flow: Flow) => Promise<PageAnswer>;
  /** Does what the button says. */
  readonly press: (token: string, form: unknown, context: RequestContext) => Promise<PageAnswer>;
  /** The button was pressed on another site's page. */
  readonly foreign: (requester: Requester) => PageAnswer;
}

export interface LinkDependencies {
  readonly database: Database;
  readonly mailTokens: MailTokens;
  readonly mailbox: MailboxService;
  readonly timeline: TimelineService;
  readonly leaving: LeavingService;
  readonly frame: () => Frame;
  readonly sayIn: Readonly<Record<MailLanguage, Say>>;
  readonly offers: AuthConfig;
}

interface Found extends Shown {
  readonly row: MailTokenRow;
  readonly purpose: ShownPurpose;
  /** A new address, looked at in a browser in which its account is logged in: there it may be taken, and nowhere else. */
  readonly own: AuthenticatedSession | null;
}

/** The others show their code: they act where they were asked for alone. */
const pressed: ReadonlySet<ShownPurpose> = new Set<ShownPurpose>(['VERIFY', 'RESET', 'DISPUTE', 'RESTORE']);

const isPressed = ({ purpose, own }: Found): boolean => pressed.has(purpose) || own !== null;

const isShown = (purpose: string): purpose is ShownPurpose => (shownPurposes as readonly string[]).includes(purpose);

export function createLinkPages(dependencies: LinkDependencies): LinkPages {
  const find = createFind(dependencies);
  /** Of what is no link any more, and of what never was one. */
  const goneBy = (token: string, { requester }: RequestContext): PageAnswer => {
    const language = languageOf(null, requester);
    return over({ frame: frame(), language, say: dependencies.sayIn[language], purpose: mailTokens.readLink(token)?.purpose });
  };
  const act = createAct(dependencies);
  const { frame, mailTokens } = dependencies;
  return {
    look: async (token, context, flow) => {
      const found = await find(token, context);
      if (found === null) return goneBy(token, context);
      if (found.purpose === 'REGISTER') return { status: 200, body: registerPage(found, token) };
      if (isPressed(found)) return { status: 200, body: askPage(found, found.purpose === 'RESET', null) };
      const proof = await mailTokens.proofOf(found.row.id);
      if (proof === null) return over(found);
      const isAskedHere = found.purpose === 'LOGIN' && mailTokens.readAttempt(flow.code?.attempt ?? '', 'LOGIN') === found.row.id;
      return { status: 200, body: (isAskedHere ? loginPage : codePage)(found, proof.code) };
    },
    press: async (token, form, context) => {
      const { requester } = context;
      const found = await find(token, context);
      if (found === null) return goneBy(token, context);
      if (!isPressed(found)) return over(found);
      try {
        if (isDisputed(found, form)) {
          await dependencies.timeline.disputeByLink(found.row, requester);
          return { status: 200, body: donePage({ ...found, page: found.words.purposes.DISPUTE }) };
        }
        await act(found, token, form, context);
        return { status: 200, body: donePage(found) };
      } catch (error) {
        return refusal(error, found);
      }
    },
    foreign: (requester) => {
      const language = languageOf(null, requester);
      return { status: 403, body: noticePage(frame(), language, wordsIn[language].refusedTitle, wordsIn[language].foreignText) };
    },
  };
}

const languageOf = (user: UserRow | null, requester: Requester): MailLanguage => localeOf(user?.locale ?? null, requester.acceptLanguage);

/** A forged token is over without a query. */
const createFind =
  ({ database, mailTokens, frame, sayIn, offers }: LinkDependencies) =>
  async (token: string, context: RequestContext): Promise<Found | null> => {
    const { requester } = context;
    const name = mailTokens.readLink(token);
    if (name === null || !isShown(name.purpose)) return null;
    const row = await mailTokens.find(name.id, name.purpose);
    if (row === null) return null;
    const user = row.userId === null ? null : await database.client.user.findUnique({ where: { id: row.userId } });
    const own = name.purpose === 'CHANGE' ? await sessionOf(row.userId, context) : null;
    const language = languageOf(user, requester);
    const words = wordsIn[language];
    const page = own === null ? words.purposes[name.purpose] : words.changeHere;
    const voice = { say: sayIn[language], offers, language, words, page };
    return { ...voice, frame: frame(), row, purpose: name.purpose, own, username: user?.username ?? '' };
  };

/** Of that account, in the browser that looks. */
async function sessionOf(userId: string | null, { verdict }: RequestContext): Promise<AuthenticatedSession | null> {
  const judged = await verdict();
  return judged.accepted && judged.session.user.id === userId ? judged.session : null;
}

const createAct =
  ({ mailbox, timeline, leaving }: LinkDependencies) =>
  async ({ purpose, row, own }: Found, token: string, form: unknown, { requester, loaders }: RequestContext): Promise<void> => {
    if (own !== null) await mailbox.confirmEmailChange(own, { token }, { requester, loader: loaders.users });
    if (purpose === 'VERIFY') await mailbox.verifyEmail({ token }, { accepted: false, reason: 'MISSING' }, requester);
    if (purpose === 'RESET')
      await mailbox.resetPassword(parseInput(resetPasswordInput, { token, newPassword: fieldOf(form, 'new_password') }), requester);
    if (purpose === 'DISPUTE') await timeline.disputeByLink(row, requester);
    if (purpose === 'RESTORE') await leaving.restoreByLink(row, requester);
  };

const fieldOf = (form: unknown, name: 'new_password' | 'not_me'): unknown =>
  typeof form === 'object' && form !== null ? (form as Readonly<Record<string, unknown>>)[name] : undefined;

/** The second button of a deletion's page: the account stays, and is locked as by any other dispute. */
const isDisputed = ({ page }: Found, form: unknown): boolean => page.notMe !== undefined && fieldOf(form, 'not_me') !== undefined;

/** Where to go on from a link that is over, by what it was for. From every other one to the account. */
const againAt: { readonly [Of in Purpose]?: string } = {
  REGISTER: '/register',
  VERIFY: '/verify-email',
  RESET: '/forgot-password',
  LOGIN: '/login/code',
};

interface Over extends Pick<Shown, 'frame' | 'language' | 'say'> {
  readonly purpose: Purpose | undefined;
}

function over({ frame, language, say, purpose }: Over): PageAnswer {
  const { overTitle, overText } = wordsIn[language];
  const again = purpose === undefined ? undefined : againAt[purpose];
  const way = [`${frame.base}/account${again ?? ''}`, say(again === undefined ? 'link.account' : 'link.again')] as const;
  return { status: 410, body: noticePage(frame, language, overTitle, overText, way) };
}

/** What was typed is asked for again; everything else is said in words. @throws what is no refusal */
function refusal(error: unknown, found: Found): PageAnswer {
  if (!(error instanceof Failure)) throw error;
  if (error.code === 'INVALID_CODE' || error.code === 'NOT_FOUND') return over(found);
  const { issues } = error.details;
  if (issues !== undefined && found.purpose === 'RESET')
    return { status: error.status, body: askPage(found, true, { failure: error, issues, fields: {} }) };
  const { refusedTitle, laterText, takenText } = found.words;
  if (error.code === 'EMAIL_TAKEN') return { status: error.status, body: noticePage(found.frame, found.language, refusedTitle, takenText) };
  return { status: error.status, body: noticePage(found.frame, found.language, refusedTitle, laterText) };
}
