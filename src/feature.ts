import type { Command } from 'commander';
import type { GraphQLSchema } from 'graphql';
import type { EventDescriptions } from './audit/event-description';
import type { Closing } from './closing';
import type { Resolvers } from './graphql/schema';
import type { Job } from './jobs/jobs.service';
import { type AnyOperation, type BoundOperation, bind } from './operations/operation';
import type { Route } from './rest/route';
import type { Section } from './settings/setting';
import type { Io } from './terminal/io';

/** The command line, as a feature adds its commands to it. */
export interface Cli<House extends object> {
  readonly program: Command;
  readonly io: Io;
  /** Of every feature. */
  readonly auditEvents: readonly string[];
  /** What the gateway serves of its own, over no services. */
  readonly ownSide: () => Promise<{ readonly schema: GraphQLSchema; readonly isServed: (path: string) => boolean }>;
  /** Runs `work` over the services that the gateway itself uses, on the same database. They are loaded here: `--help` needs none. `at`: on another database. */
  readonly withServices: <T>(work: (house: House) => Promise<T>, at?: { readonly databaseUrl: string }) => Promise<T>;
}

/**
 * What a folder brings to the gateway, in one place. `Needs` are the services that must be open before it, `Gives` are its own. What it says is
 * there as soon as it is imported; its services are loaded when it opens.
 */
export interface Feature<Needs extends object, Gives extends object = object> {
  readonly name: string;
  readonly settings?: readonly Section[];
  /** Every event that it notes in the audit, what each says, and what its owner sees of it. */
  readonly auditEvents?: EventDescriptions;
  /** Operations, and the service that runs them. */
  readonly operations?: readonly AnyOperation[];
  serviceOf?(house: Needs & Gives): object;
  /** Opens its services. What must be closed is pushed. */
  open?(house: Needs, closing: Closing): Promise<Gives> | Gives;
  /** Fields that lead from one type of GraphQL to another. */
  resolvers?(house: Needs & Gives): Promise<Resolvers>;
  routes?(house: Needs & Gives): readonly Route[];
  jobs?(house: Needs & Gives): readonly Job[];
  commands?(cli: Cli<Needs & Gives>): void;
  /** Before the gateway listens. */
  start?(house: Needs & Gives): Promise<void>;
  /** When it stops taking requests: those in flight are still served. */
  drain?(house: Needs & Gives): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a list holds features of every kind; `with` has judged what each needs
export type AnyFeature = Feature<any, any>;

/** Features in the order in which they open. A feature that needs what is not open before it does not compile. */
export interface Features<Foundation extends object, House extends object = Foundation> {
  readonly list: readonly AnyFeature[];
  /** Of all of them, in the order of the documents. */
  readonly operations: readonly AnyOperation[];
  /** @throws {Error} when a name, a setting, an event, an operation or a path is there already */
  with<Needs extends object, Gives extends object>(
    feature: House extends Needs ? Feature<Needs, Gives> : Feature<Needs, Gives> & { readonly needs: 'what is not open before it' },
  ): Features<Foundation, House & Gives>;
  readonly open: (foundation: Foundation, closing: Closing) => Promise<House>;
}

export const featuresOver = <Foundation extends object>(): Features<Foundation> => chain<Foundation, Foundation>([]);

function chain<Foundation extends object, House extends object>(list: readonly AnyFeature[]): Features<Foundation, House> {
  return {
    list,
    operations: inOrder(list.flatMap(({ operations = [] }) => operations)),
    with: (feature) => chain([...list, requireNew(feature as AnyFeature, list)]),
    open: async (foundation, closing) => {
      const house: object = { ...foundation };
      for (const feature of list) Object.assign(house, await feature.open?.(house, closing));
      return house as House; // `with` has added the type of what each gives
    },
  };
}

/** What may be there once. */
const namesOf = ({ name, settings = [], auditEvents = {}, operations = [] }: AnyFeature): string[] => [
  `feature ${name}`,
  ...settings.flatMap((section) => Object.values(section.settings)).map(({ variable }) => `setting ${variable}`),
  ...Object.keys(auditEvents).map((event) => `audit event ${event}`),
  ...operations.map((operation) => `operation ${operation.name}`),
  ...operations.flatMap(({ rest = [] }) => rest).map(({ method, path }) => `path ${method} ${path}`),
];

function requireNew(feature: AnyFeature, before: readonly AnyFeature[]): AnyFeature {
  const names = [...before, feature].flatMap(namesOf);
  const double = names.find((name, position) => names.indexOf(name) !== position);
  if (double !== undefined) throw new Error(`${double} is there twice`);
  return feature;
}

/** The operations of every feature, over its service. */
export const bindOperations = (list: readonly AnyFeature[], house: object): BoundOperation[] =>
  inOrder(list.flatMap((feature) => bind(feature.operations ?? [], feature.serviceOf?.(house))));

/** As documents show operations, whatever the order in which features open. What has another tag comes after these. */
const tags = ['Accounts', 'Profile', 'Sessions'];

const inOrder = <Tagged extends { readonly tag: string }>(operations: readonly Tagged[]): Tagged[] => {
  const placeOf = ({ tag }: Tagged): number => (tags.includes(tag) ? tags.indexOf(tag) : tags.length);
  return [...operations].sort((left, right) => placeOf(left) - placeOf(right));
};
