import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, isInterfaceType, isIntrospectionType, isObjectType } from 'graphql';

type Headers = Readonly<Record<string, string>>;

const timeoutMs = 5_000;

/** Asks a service as an operator. @throws {Error} in words for a person */
export async function askUpstream(url: string, query: string, headers: Headers): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => {
    throw new Error('the service does not answer');
  });
  const answer = (await response.json().catch(() => null)) as { readonly data?: unknown; readonly errors?: unknown } | null;
  if (answer === null) throw new Error(`the service answers ${response.status}, and no JSON`);
  if (answer.data === undefined || answer.data === null)
    throw new Error(`the service answers ${response.status}, and refuses the question`);
  return answer.data;
}

/** By introspection. @throws {Error} in words for a person */
export async function fetchSchema(url: string, headers: Headers): Promise<GraphQLSchema> {
  const query = getIntrospectionQuery({ descriptions: true, specifiedByUrl: false, inputValueDeprecation: false });
  return buildClientSchema((await askUpstream(url, query, headers)) as never);
}

/** `Type.field` of everything with fields. */
export function fieldNames(schema: GraphQLSchema): ReadonlySet<string> {
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
  return new Set(
    types.flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
    ),
  );
}
