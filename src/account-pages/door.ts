import type { RequestContext } from '../context';
import type { Effects } from '../effects';
import { Failure } from '../errors';
import { html } from '../html';
import { localeOf, type MailLanguage } from '../mail/texts/languages';
import type { AuthConfig } from '../mailbox/auth-config';
import type { Execute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import { continuationOf, type Sent } from './continuations';
import { changed, type Flow, flowOf, ownedBy } from './flow';
import { Data, Download, type Fields, type Page, type Pressed, Redirect, type Tried, type Visit } from './page';
import type { ReturnTo } from './return-to';
import type { Say } from './texts/say';
import { sayFailure } from './view/form';

/** A request for a page, as HTTP brings it. */
export interface PageRequest {
  readonly context: RequestContext;
  readonly query: URLSearchParams;
  readonly parameters: Readonly<Record<string, string>>;
  readonly flow: Flow;
}

/** What goes back. */
export interface PageAnswer {
  readonly shown: Pressed;
  readonly status: number;
  readonly visit: Visit;
  readonly page: Page;
  /** The title begins with "Error". */
  readonly isError: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly flow: Flow;
  readonly effects: Effects;
}

export interface Door {
  readonly look: (page: Page, request: PageRequest) => Promise<PageAnswer>;
  readonly press: (page: Page, request: PageRequest, form: unknown) => Promise<PageAnswer>;
  /** A form that was sent from another site's page, and whatever else keeps a page from being shown at all. */
  readonly refuse: (page: Page, request: PageRequest, failure: Failure) => Promise<PageAnswer>;
}

export interface DoorDependencies {
  readonly execute: Execute;
  readonly operations: readonly BoundOperation[];
  readonly offers: AuthConfig;
  readonly sayIn: Readonly<Record<MailLanguage, Say>>;
  readonly returnTo: ReturnTo;
  /** The path of PUBLIC_URL, without a slash at the end. */
  readonly base: () => string;
  readonly publicOrigin: () => string;
  readonly now: () => number;
  readonly pages: readonly Page[];
}

/** How the pages answer: each is a function of who asks, and every rule is that of the operation it calls. */
export function createDoor(dependencies: DoorDependencies): Door {
  const visitOf = createVisitOf(dependencies);

  const onFailure = async (visiting: Visiting, error: unknown): Promise<PageAnswer> => {
    if (!(error instanceof Failure)) throw error;
    visiting.add(error.effects);
    const { visit, at } = visiting;
    const next = continuationOf(error, visit, at.page, at.sent);
    if (next !== null) return answerOf(visiting, next, null);
    if (at.sent === null) return refusal(visiting, error);
    const tried = { failure: error, issues: error.details.issues ?? [], fields: at.sent.fields };
    try {
      return answerOf(visiting, await at.page.look(visit, tried), tried);
    } catch (again) {
      if (!(again instanceof Failure)) throw again;
      return refusal(visiting, error);
    }
  };

  return {
    look: async (page, request) => {
      const visiting = await visitOf(request, page, null);
      try {
        await requireVisitor(page, visiting.visit);
        return answerOf(visiting, await page.look(visiting.visit, null), null);
      } catch (error) {
        return onFailure(visiting, error);
      }
    },
    press: async (page, request, form) => {
      const fields = fieldsOf(form);
      const visiting = await visitOf(request, page, { action: fields.do ?? '', fields });
      try {
        await requireVisitor(page, visiting.visit);
        return answerOf(visiting, await pressed(page, fields.do ?? '', fields, visiting.visit), null);
      } catch (error) {
        return onFailure(visiting, error);
      }
    },
    refuse: async (page, request, failure) => refusal(await visitOf(request, page, null), failure),
  };
}

function answerOf({ visit, at, effects, sessionId }: Visiting, shown: Pressed, tried: Tried | null): PageAnswer {
  const status = shown instanceof Redirect ? 303 : isFile(shown) ? 200 : (shown.status ?? tried?.failure.status ?? 200);
  return {
    shown,
    status,
    visit,
    page: at.page,
    isError: tried !== null,
    retryAfterSeconds: tried?.failure.details.retryAfterSeconds,
    flow: ownedBy(changed(visit.flow, shown.flow ?? {}), sessionId),
    effects: effects(),
  };
}

const isFile = (shown: Pressed): shown is Download | Data => shown instanceof Download || shown instanceof Data;

/** What no form can mend is a page by itself. */
function refusal(visiting: Visiting, failure: Failure): PageAnswer {
  const { say, to } = visiting.visit;
  const title = say('problem.title');
  const body = html`<div class="card"><h1>${title}</h1><p role="alert">${sayFailure(say, failure)}</p>
<p><a href="${to('')}">${say('link.account')}</a></p></div>`;
  return answerOf(visiting, { title, body, status: failure.status }, { failure, issues: [], fields: {} });
}

/** @throws {Failure} UNAUTHENTICATED */
async function requireVisitor({ access }: Page, visit: Visit): Promise<void> {
  if (access === 'session' && (await visit.session()) === null) throw new Failure('UNAUTHENTICATED', { reason: 'MISSING' });
}

/** @throws {Failure} BAD_REQUEST for a form that this page does not have */
async function pressed({ press = {} }: Page, action: string, fields: Fields, visit: Visit): Promise<Pressed> {
  const run = Object.hasOwn(press, action) ? press[action] : undefined;
  if (run === undefined) throw new Failure('BAD_REQUEST');
  return run(visit, fields);
}

/** How long what was asked for waits for its proof, in milliseconds. */
const maxWaitMs = 10 * 60 * 1000;

interface Visiting {
  readonly visit: Visit;
  /** Null: nobody is logged in, as far as can be known now. */
  readonly sessionId: string | null;
  /** Which form of which page it is about: another than the one that was sent, once what waited is done. */
  at: { readonly page: Page; readonly sent: Sent | null };
  readonly effects: () => Effects;
  readonly add: (effects: Effects) => void;
}

function createVisitOf({ execute, operations, offers, sayIn, returnTo, base, publicOrigin, now, pages }: DoorDependencies) {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  return async ({ context, query, parameters, flow: brought }: PageRequest, asked: Page, sent: Sent | null): Promise<Visiting> => {
    let effects: Effects = {};
    const session: Visit['session'] = async () => {
      const verdict = await context.verdict();
      return verdict.accepted ? verdict.session : null;
    };
    const known = await session().catch(() => undefined); // the database does not answer: whoever needs the session asks again
    const flow = known === undefined ? brought : flowOf(brought, known?.row.id ?? null);
    const language = localeOf(known?.user.locale, context.requester.acceptLanguage);
    const call = async (name: string, input?: object): Promise<unknown> => {
      const operation = byName.get(name);
      if (operation === undefined) throw new Error(`there is no operation ${name}`);
      const answer = await execute(operation, context, input);
      effects = { ...effects, ...answer.effects };
      return answer.value;
    };
    const wish = sent?.fields.return_to ?? query.get('return_to') ?? asked.returnTo?.(flow);
    const visit: Visit = {
      say: sayIn[language],
      language,
      session,
      context,
      call: call as Visit['call'], // an operation answers with what its record says
      query,
      parameters,
      flow,
      offers,
      to: (path, parameters = {}) => `${base()}/account${path}${queryOf(parameters)}`,
      publicOrigin: publicOrigin(),
      returnTo: returnTo.allowed(wish),
      now: now(),
      resume: async (wanted) => {
        const { pending } = flow;
        const page = pages.find(({ path }) => path === pending?.path);
        if (pending === undefined || page === undefined || pending.id !== wanted || now() - pending.at > maxWaitMs) return null;
        context.renew();
        visiting.at = { page, sent: pending };
        return pressed(page, pending.action, pending.fields, visit);
      },
    };
    const visiting: Visiting = {
      visit,
      sessionId: known === undefined ? (brought.of ?? null) : (known?.row.id ?? null),
      at: { page: asked, sent },
      effects: () => effects,
      add: (more) => {
        effects = { ...effects, ...more };
      },
    };
    return visiting;
  };
}

function queryOf(parameters: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] != null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A form has texts alone: the body parser has refused everything else. */
const fieldsOf = (form: unknown): Fields => (typeof form === 'object' && form !== null ? (form as Fields) : {});
