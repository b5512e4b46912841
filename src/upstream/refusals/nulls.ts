import { type GraphQLFormattedError, type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { Failure } from '../../errors';
import { describeFailure } from '../../graphql/format-error';
import { toObject } from '../answer/merge';
import type { PartAnswer } from '../answer/part.answer';
import { itemsOf, membersOf } from '../plan/json-members';
import type { Grant } from './grant';
import type { Mark, Marks } from './pruner';

type Path = readonly (string | number)[];

/** Errors of refused fields that one answer tells; what is null beyond that is null without a word. */
const maxTold = 100;

/**
 * The answer as it would be if each refused field had failed where it would have been: null, or where it must not be, the nearest thing
 * around it that may (GraphQL §6.4.4). Everything else stays as it was written.
 */
export function withRefusals(answer: PartAnswer, marks: Marks, refused: Grant['refused'], requestId: string): PartAnswer {
  if (answer.data === null) return answer;
  const told: GraphQLFormattedError[] = [];
  let status = answer.status;
  const tell = ({ access }: Mark, path: Path): void => {
    const failure = refused.get(access) ?? new Failure('FORBIDDEN');
    status = failure.status;
    if (told.length >= maxTold) return;
    const { message, extensions } = describeFailure(failure);
    told.push({ message, path, extensions: { ...extensions, requestId } });
  };
  const data = completeObject(answer.data, marks, [], tell);
  return { ...answer, data, errors: [...answer.errors, ...told], status: data === null ? status : answer.status };
}

type Tell = (mark: Mark, path: Path) => void;

/** Null: something in it must not be null, and is. */
function completeObject(members: ReadonlyMap<string, string>, { here, below }: Marks, path: Path, tell: Tell): Map<string, string> | null {
  const completed = new Map<string, string>();
  const isNull = new Set([...here].filter(([name]) => members.has(name)).map(([, { key }]) => key));
  for (const [name, value] of members) {
    if (isNull.has(name)) continue; // asked for through an interface as well, where another rule refuses it
    const mark = here.get(name);
    const inside = below.get(name);
    if (mark) tell(mark, [...path, mark.key]);
    if (mark?.isNonNull) return null;
    const text = mark ? 'null' : inside ? complete(value, inside.type, inside.marks, [...path, name], tell) : value;
    if (text === null) return null;
    completed.set(mark?.key ?? name, text);
  }
  return completed;
}

/** JSON. Null: it must not be null, and is. */
function complete(text: string, type: GraphQLOutputType, marks: Marks, path: Path, tell: Tell): string | null {
  if (isNonNullType(type)) {
    const inner = complete(text, type.ofType as GraphQLOutputType, marks, path, tell);
    return inner === 'null' ? null : inner;
  }
  if (isListType(type)) {
    if (!text.startsWith('[')) return text;
    const items = itemsOf(text).map((item, index) => complete(item, type.ofType as GraphQLOutputType, marks, [...path, index], tell));
    return items.includes(null) ? 'null' : `[${items.join(',')}]`;
  }
  if (!text.startsWith('{')) return text;
  const members = completeObject(membersOf(text), marks, path, tell);
  return members === null ? 'null' : toObject([...members]);
}
