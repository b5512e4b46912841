import { resolve } from 'node:path';
import ts from 'typescript';

/** Operations of a service that takes the proof: the first compiles, and each of the others has forgotten, or made up, its check. */
const head = `
import { z } from 'zod';
import { operationOf } from '../../src/operations/operation';
import type { AuthenticatedSession, FreshSession } from '../../src/proofs/proofs';

interface Service {
  readonly read: (session: AuthenticatedSession) => Promise<string>;
  readonly erase: (session: FreshSession) => Promise<string>;
}
const operation = operationOf<Service>();
const told = { name: 'x', kind: 'query', summary: '', tag: '', output: z.string(), failures: [] } as const;
`;

const operations = {
  checked: `export const x = operation({ ...told, access: 'session', run: (service, { proof }) => service.read(proof) });`,
  'checked twice': `export const x = operation({ ...told, access: 'fresh', run: (service, { proof }) => service.erase(proof) });`,
  'without a check': `export const x = operation({ ...told, access: 'public', run: (service, { proof }) => service.read(proof) });`,
  'with a verdict': `export const x = operation({ ...told, access: 'optional', run: (service, { proof }) => service.read(proof) });`,
  'with less than it needs': `export const x = operation({ ...told, access: 'session', run: (service, { proof }) => service.erase(proof) });`,
  'with a proof of its own making': `export const x = operation({ ...told, access: 'public',
    run: (service) => service.read({ row: {} as never, user: {} as never }) });`,
} as const;

/** What TypeScript says of each, by name. */
function faultsOf(): Record<string, string[]> {
  const fileOf = (name: string): string => resolve(`test/house/operation ${name}.ts`);
  const texts = new Map(Object.entries(operations).map(([name, text]) => [fileOf(name), head + text]));
  const { config } = ts.readConfigFile(resolve('tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, resolve('.'));
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  const { getSourceFile } = host;
  host.readFile = (file) => texts.get(file) ?? read(file);
  host.fileExists = (file) => texts.has(file) || exists(file);
  host.getSourceFile = (file, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile.call(host, file, ...rest) : ts.createSourceFile(file, text, rest[0]);
  };
  const program = ts.createProgram({ rootNames: [...texts.keys()], options: { ...options, rootDir: resolve('.'), noEmit: true }, host });
  return Object.fromEntries(
    Object.keys(operations).map((name) => {
      const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(fileOf(name)));
      return [name, diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
}

describe('an operation', () => {
  const faults = faultsOf();

  it.each(['checked', 'checked twice'])('compiles when it is %s', (name) => {
    expect(faults[name]).toEqual([]);
  });

  it.each(['without a check', 'with a verdict', 'with less than it needs', 'with a proof of its own making'])(
    'does not compile %s',
    (name) => {
      expect(faults[name]?.join('\n')).toMatch(/AuthenticatedSession|FreshSession/);
    },
  );
});
