import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { describeIssues, Failure, failures, maxShownIssues, plainDetails } from '../errors';

/** {@link formatError} as one gateway has it. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * The error as a client sees it. Whatever is not expected is INTERNAL_SERVER_ERROR, and never says more. `showsSchema`: whether introspection
 * is on; where it is off, no message names what the client has not named itself.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown, showsSchema = true): GraphQLFormattedError {
  const original = originalOf(error);
  if (original instanceof Failure) return { ...describeFailure(original), ...placed(formatted) };
  const { code } = formatted.extensions ?? {};
  if (code === 'GRAPHQL_PARSE_FAILED') return { message: withoutSource(formatted.message), ...placed(formatted), extensions: { code } };
  if (code === 'GRAPHQL_VALIDATION_FAILED')
    return { message: validationMessage(formatted.message, error, showsSchema), ...placed(formatted), extensions: { code } };
  if (typeof code === 'string' && apolloCodes.has(code))
    return { message: apolloMessages[code] ?? formatted.message, ...placed(formatted), extensions: { code } };
  return { ...describeFailure(new Failure('INTERNAL_SERVER_ERROR')), ...placed(formatted) };
}

/** What was thrown, in a resolver or in a plugin of ours. */
export const originalOf = (error: unknown): unknown => (error instanceof GraphQLError ? (error.originalError ?? error) : error);

/** Whether formatError shows it as something else than a defect. */
export const isExpected = (error: unknown): boolean => {
  if (originalOf(error) instanceof Failure) return true;
  const { code } = (error as GraphQLError | undefined)?.extensions ?? {};
  return typeof code === 'string' && (apolloCodes.has(code) || code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED');
};

export const describeFailure = ({ code, message, details }: Failure) => {
  const { issues, reason } = details;
  const wrong = describeIssues(issues, (path) => path);
  return {
    message: wrong === null ? message : `${message.replace(/\.$/, '')}: ${wrong}.`,
    extensions: {
      code,
      ...(issues && { issues: issues.slice(0, maxShownIssues), issueCount: issues.length }),
      ...(reason && { reason }),
      ...plainDetails(details),
    },
  };
};

/** What never reached an operation keeps Apollo's own words. */
const apolloCodes: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

const apolloMessages: Readonly<Record<string, string>> = { BAD_REQUEST: failures.BAD_REQUEST.title };

const placed = ({ locations, path }: GraphQLFormattedError) => ({ ...(locations && { locations }), ...(path && { path }) });

/** "Syntax Error: Expected Name, found String "hunter2"." tells the token; the place says as much and holds no input. */
const withoutSource = (message: string): string =>
  /^Syntax Error: Document contains more that \d+ tokens/.test(message)
    ? 'The document has too many tokens.'
    : `${/^Syntax Error: Expected [^,".]+(?=, found)/.exec(message)?.[0] ?? 'Syntax Error: the document cannot be parsed'}.`;

const valueKinds: ReadonlySet<string> = new Set([
  Kind.STRING,
  Kind.INT,
  Kind.FLOAT,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.NULL,
  Kind.LIST,
  Kind.OBJECT,
]);

/**
 * What graphql-js says with names of the document alone; the rest of each message may be about the schema. These are all rules whose message
 * helps without it; of every other, such as those about types that conflict, the place is told.
 */
const ofTheDocument = new RegExp(
  [
    '^Cannot query field "\\w+"(?= on type)',
    '^Unknown argument "\\w+"(?= on field)',
    '^Unknown (type "\\w+"|directive "@\\w+"|fragment "\\w+")(?=\\.)',
    '^Fragment "\\w+" is never used(?=\\.)',
    '^Variable "\\$\\w+" is (never used|not defined)( in operation "\\w+"| by operation "\\w+")?(?=\\.)',
    '^There can be only one [a-z ]+ named "[$@]?\\w+"(?=\\.)',
    '^This anonymous operation must be the only defined operation(?=\\.)',
    '^Cannot spread fragment "\\w+" within itself',
    '^Too many validation errors, error limit reached',
  ].join('|'),
);

function validationMessage(message: string, error: unknown, showsSchema: boolean): string {
  const shown = withoutValues(message, error);
  if (showsSchema || shown === introspectionIsOff) return shown;
  return `${ofTheDocument.exec(shown)?.[0] ?? 'The document does not fit the schema'}.`;
}

const introspectionIsOff = 'Introspection is switched off.';

/** Rules about literals quote the literal, which may be somebody's password. */
function withoutValues(message: string, error: unknown): string {
  const isAboutIntrospection = error instanceof GraphQLError && error.extensions.validationErrorCode === 'INTROSPECTION_DISABLED';
  if (isAboutIntrospection) return introspectionIsOff;
  const isAboutValue = error instanceof GraphQLError && error.nodes?.some(({ kind }) => valueKinds.has(kind));
  return isAboutValue
    ? `${/^(Field "\w+\.\w+" of required type "[\w!\][]+" was not provided|Expected value of type "[\w!\][]+")/.exec(message)?.[0] ?? 'A value does not fit its type'}.`
    : message;
}
