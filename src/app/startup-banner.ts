import type { Config } from '../config';
import { folderOf, shownMail } from '../mail/mail.url';
import type { DemoUser } from '../user-administration/demo-user';
import type { App } from './app';

/** Where everything is, once the gateway is ready: what `gatehouse start` prints. */
export interface Places {
  /** The page that leads to the others, in development. */
  readonly home?: string;
  readonly graphql: string;
  readonly sandbox?: string;
  readonly explorer?: string;
  /** Where people log in. */
  readonly account?: string;
  readonly rest: string;
  readonly docs?: string;
  readonly openapi: string;
  readonly health: string;
  readonly metrics?: string;
  /** The clock and the mailbox of tests, in test mode. */
  readonly test?: string;
  readonly data: string;
  /** Where mails go: a server, a folder or nowhere; words in test mode. Never with a password. */
  readonly mail: string;
  /** The page of the last mails, in development, where they are files. */
  readonly mailbox?: string;
  readonly demoUser?: DemoUser;
}

export function placesOf(config: Config, { publicUrl, metricsPort, testPort, dataLocation }: App, demoUser: DemoUser | null): Places {
  return {
    ...(!config.production && { home: `${publicUrl}/` }),
    graphql: `${publicUrl}/graphql`,
    ...(config.explorer && { sandbox: `${publicUrl}/graphql`, explorer: `${publicUrl}/explorer`, docs: `${publicUrl}/docs` }),
    ...(config.pages && { account: `${publicUrl}/account` }),
    rest: `${publicUrl}/v1`,
    openapi: `${publicUrl}/openapi.json`,
    health: `${publicUrl}/health`,
    ...(metricsPort !== undefined && { metrics: `http://${config.host}:${metricsPort}/metrics` }),
    ...(testPort !== undefined && { test: `http://127.0.0.1:${testPort}/test` }),
    data: dataLocation,
    mail: shownMail(config),
    ...(!config.production && folderOf(config) !== null && { mailbox: `${publicUrl}/mailbox` }),
    ...(demoUser !== null && { demoUser }),
  };
}

export function describePlaces(places: Places): string {
  const lines: [string, string | undefined][] = [
    ['Open', places.home],
    ['GraphQL', places.graphql],
    ['Explorer', places.sandbox && `${places.sandbox} (Apollo Sandbox), ${places.explorer} (needs no internet)`],
    ['REST', places.rest],
    ['People', places.account && `${places.account} (log in, register, the account)`],
    ['Docs', places.docs],
    ['OpenAPI', places.openapi],
    ['Health', places.health],
    ['Metrics', places.metrics],
    ['Test', places.test && `${places.test}/clock, /mails, /users: this gateway is in test mode`],
    ['Data', places.data],
    ['Mail', places.mailbox === undefined ? places.mail : `${places.mailbox} (and files in ${places.mail.slice('file:'.length)})`],
    ['Log in', places.demoUser && `as ${places.demoUser.username} with ${places.demoUser.password} (a demo user, shown once)`],
  ];
  const shown = lines.flatMap(([name, place]) => (place === undefined ? [] : [`  ${name.padEnd(8)} ${place}`]));
  return ['Gatehouse is ready.', ...shown, ''].join('\n');
}
