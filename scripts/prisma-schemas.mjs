// Each provider's schema is the same models behind another datasource. Prisma takes no provider from the
// environment, so the two files are made from prisma/models.prisma, and committed so that Prisma's own tools find them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const providers = ['sqlite', 'postgresql'];
export const models = () => readFileSync(join(root, 'prisma/models.prisma'), 'utf8');
export const schemaFile = (provider) => join(root, 'prisma', provider, 'schema.prisma');

export const datasource = (provider) => `datasource db {\n  provider = "${provider}"\n}\n`;

// The smaller of the two builds of the query compiler: plans are remembered, so it seldom runs, and it takes 70 MB less.
const generator = `generator client {
  provider            = "prisma-client"
  output              = "client"
  moduleFormat        = "cjs"
  importFileExtension = ""
  compilerBuild       = "small"
}
`;

export const schemaText = (provider) =>
  `// Made by \`npm run generate\` from ../models.prisma: edit it there.\n\n${datasource(provider)}\n${generator}\n${models()}`;

export function writeSchemas() {
  for (const provider of providers) writeFileSync(schemaFile(provider), schemaText(provider));
}
