// Every command that a document tells to type, by its first line, and what runs it. test/docs/blocks.test.ts holds this list
// against the documents, both ways; what is named here holds that it ran every command it is named for.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const newcomer = 'scripts/newcomer.mjs';
const examples = 'test/docs/examples.test.ts';
const operator = 'test/docs/commands.test.ts';
const ci = '.ci/run';

/** Shown and run by nothing: why, and the test of what can be tested of it. There is no other. */
const noEngine = (testOfParts) => ({ shown: 'no container engine is there where the tests run', testOfParts });

const ranBy = {
  'README.md': [
    ['npm ci && npm start', newcomer],
    ["curl -s http://localhost:4000/v1/register -H 'Content-Type: application/json' \\", examples],
  ],
  'CONTRIBUTING.md': [
    ['npm ci', newcomer],
    ['npm run dev', newcomer],
    ['npm test', ci],
    ['npm run check', ci],
  ],
  'docs/quick-start.md': [
    ['npm ci && npm start', newcomer],
    ['npm install ../gatehouse @apollo/client graphql', newcomer],
  ],
  'docs/audit.md': [
    ['npx gatehouse audit --user kate --since 7d', operator],
    ['npx gatehouse audit --event login --outcome refused --since 24h --json', operator],
  ],
  'docs/databases.md': [
    ['createuser gatehouse', operator],
    ['npx gatehouse backup backup.db', operator],
    ['install -m 600 backup-auth-secret data/auth-secret', operator],
    ['pg_dump --format=custom --file=gatehouse.dump gatehouse', operator],
    ['pg_restore --clean --if-exists --single-transaction --dbname=gatehouse gatehouse.dump', operator],
    ['npx gatehouse sessions end-all', operator],
  ],
  'docs/deployment.md': [
    ['npm ci && npm run build', newcomer],
    ['NODE_ENV=production AUTH_SECRET=… PUBLIC_URL=https://auth.example.com node dist/main.js start', operator],
    ['docker build -t gatehouse .', noEngine('test/deployment/dockerfile.test.ts')],
    [
      'docker run --read-only --tmpfs /tmp -v gatehouse:/gatehouse/data -p 127.0.0.1:4000:4000 -e AUTH_SECRET=… -e PUBLIC_URL=https://auth.example.com gatehouse',
      noEngine(operator),
    ],
    [`printf 'AUTH_SECRET=%s\\nPOSTGRES_PASSWORD=%s\\n' "$(openssl rand -base64 48)" "$(openssl rand -hex 24)" > .env`, operator],
    ['docker compose up --build', noEngine('test/deployment/compose.test.ts')],
  ],
  'docs/graphql.md': [["curl -s http://localhost:4000/graphql -H 'Content-Type: application/json' -d '{", examples]],
  'docs/mail.md': [['npx gatehouse mail test kate@example.com', operator]],
  'docs/passwords.md': [['npx gatehouse passwords build pwned-passwords.txt data/breached.bin --min-count 10', operator]],
  'docs/permissions.md': [["npx gatehouse role set SUPPORT orders:read orders:refund --description 'Answers customers'", operator]],
  'docs/rest.md': [["SIGNED_IN=$(curl -s http://localhost:4000/v1/register -H 'Content-Type: application/json' \\", examples]],
};

const blocksOf = (text, language) =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, named, code]) => (named === language ? [code.trimEnd()] : []));

/** The commands of a document under `root`, in order, without what is said beside them; `ranBy` is undefined where nothing is named. */
function commandsOf(document, root = '.') {
  const listed = [...(ranBy[document] ?? [])];
  const commands = [];
  for (const block of blocksOf(readFileSync(join(root, document), 'utf8'), 'sh')) {
    let inside = false;
    for (const line of block.split('\n').map((each) => each.replace(/ +# .*$/, ''))) {
      const known = listed[0]?.[0] === line;
      if (known || !inside) commands.push({ document, text: line, ranBy: known ? listed.shift()[1] : undefined });
      else commands.at(-1).text += `\n${line}`;
      inside = true;
    }
  }
  return commands;
}

/** The commands of every listed document that `runner` has to run. */
const commandsFor = (runner, root = '.') =>
  Object.keys(ranBy).flatMap((document) => commandsOf(document, root).filter((command) => command.ranBy === runner));

module.exports = { blocksOf, commandsOf, commandsFor, listed: ranBy };
