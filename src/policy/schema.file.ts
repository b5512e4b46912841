import { buildASTSchema, type GraphQLSchema, parse, validateSchema } from 'graphql';
import type { Access } from '../access/access';
import { readText } from '../settings/json-file';
import { rulesOfDirectives, withoutHidden } from './schema.directives';

/** A service's schema in SDL, and what its directives say of who may have what. */
export interface ReadSchema {
  readonly schema: GraphQLSchema;
  readonly rules: ReadonlyMap<string, readonly Access[]>;
}

interface SchemaFile {
  readonly file: string;
  readonly at: string;
  /** Names of `@tag`: fields and types with one of them are left out. */
  readonly hidden: readonly string[];
  /** What a name in `@policy` stands for. */
  readonly policies: Readonly<Record<string, Access>>;
}

/** Of a schema. */
const maxSchemaBytes = 16 * 1024 * 1024;

/** Null, and the faults told, where it is not one. */
export function readSchema({ file, at, hidden, policies }: SchemaFile, faults: string[]): ReadSchema | null {
  const text = readText(file, maxSchemaBytes, at, faults);
  if (text === null) return null;
  try {
    const document = withoutHidden(parse(text), new Set(hidden));
    const rules = rulesOfDirectives(document, policies, at, faults);
    const schema = buildASTSchema(document, { assumeValidSDL: true }); // with directives that it does not define, as subgraphs have them
    const errors = validateSchema(schema);
    faults.push(...errors.map(({ message }) => `${at}: ${message}`));
    return errors.length === 0 ? { schema, rules } : null;
  } catch (error) {
    faults.push(`${at}: ${(error as Error).message}`);
    return null;
  }
}
