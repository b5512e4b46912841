import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';

const maxFiles = 15;
const maxLines = 60;

/** Whose size is an argument of its own: `src/` has one base file a subject, which a room would only hide. */
const largeRooms: Readonly<Record<string, number>> = { src: 25 };

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : filesIn(path);
    return path.endsWith('.ts') ? [path] : [];
  });

const files = filesIn('src');

/** The outermost functions of a file that are too long, as `file name`, with their lines. */
function longIn(file: string): [string, number][] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const found: [string, number][] = [];
  const visit = (node: ts.Node): void => {
    const lines = ts.isFunctionLike(node) ? lineAt(node.end) - lineAt(node.getStart()) + 1 : 0;
    if (lines <= maxLines) {
      ts.forEachChild(node, visit);
      return;
    }
    const named = ts.isVariableDeclaration(node.parent) ? node.parent.name : (node as ts.FunctionLikeDeclaration).name;
    found.push([`${relative('src', file)} ${named?.getText() ?? '(nameless)'}`, lines]);
  };
  ts.forEachChild(source, visit);
  return found;
}

/** The room of a file: its folder right under `src/`. Null: a base file. */
const roomOf = (file: string): string | null => {
  const [room, ...rest] = relative('src', file).split(sep);
  return rest.length > 0 && room !== undefined ? room : null;
};

/** `from to`, for each import from one room to another. */
function importsBetweenRooms(): Set<string> {
  const pairs = new Set<string>();
  for (const file of files)
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const [from, to] = [roomOf(file), roomOf(`${normalize(join(dirname(file), target))}.ts`)];
      if (from !== null && to !== null && from !== to) pairs.add(`${from} ${to}`);
    }
  return pairs;
}

describe('the rooms of src/', () => {
  it(`have at most ${maxFiles} files each`, () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([room, count]) => count > (largeRooms[room] ?? maxFiles))).toEqual([]);
  });

  it('do not import each other', () => {
    const pairs = importsBetweenRooms();
    const mutual = [...pairs].filter((pair) => pair.split(' ').sort().join(' ') === pair && pairs.has(pair.split(' ').reverse().join(' ')));
    expect(mutual).toEqual([]);
  });

  it(`have no function of more than ${maxLines} lines`, () => {
    expect(files.flatMap(longIn)).toEqual([]);
  });
});
