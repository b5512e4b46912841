import type { Effects } from '../../effects';
import { contentTypeFor, responseJson } from '../../graphql/http/content-type';
import type { Plan } from '../plan/plan';
import type { RoutedAnswer } from '../router';
import type { PartAnswer } from './part.answer';

/**
 * One answer of several: names in the order of the document, the errors of all. Where a part has no data, a field that must not be null
 * has failed, and so there is none at all (GraphQL §6.4.4).
 */
export function mergeAnswers({ keys }: Plan, answers: readonly PartAnswer[], accept: string | undefined): RoutedAnswer {
  const contentType = contentTypeFor(accept) ?? 'application/json; charset=utf-8';
  const failed = answers.find(({ data }) => data === null);
  const errors = answers.flatMap((answer) => answer.errors);
  const extensions = new Map(answers.flatMap((answer) => [...(answer.extensions ?? [])]));
  const members = [
    ...(errors.length > 0 ? [`"errors":${JSON.stringify(errors)}`] : []),
    `"data":${failed ? 'null' : toObject(keys.flatMap((key) => memberOf(key, answers)))}`,
    ...(extensions.size > 0 ? [`"extensions":${toObject([...extensions])}`] : []),
  ];
  const isTold = failed !== undefined && contentType === responseJson;
  const effects: Effects = Object.assign({}, ...answers.map((answer) => answer.effects));
  return { status: isTold ? failed.status : 200, headers: { 'content-type': contentType }, body: `{${members.join(',')}}\n`, effects };
}

/** None where `@skip` left it out. */
function memberOf(key: string, answers: readonly PartAnswer[]): [string, string][] {
  const found = answers.find(({ data }) => data?.has(key));
  return found ? [[key, found.data?.get(key) ?? 'null']] : [];
}

/** JSON of members whose values are JSON. */
export const toObject = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
