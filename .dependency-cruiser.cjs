// The import rules of the house, as `npm run check` holds them: edges → services → database, tokens, passwords →
// base, no circle, and each large library in one folder. See docs/decisions/001-layers-and-rooms.md.
const edges =
  '^src/(.*\\.(resolver|route|routes|operations|feature|commands?)\\.ts$|app/|graphql/|http/|rest/|pages/|account-pages/|policy/|forward-auth/|upstream/|cli/|doctor/|testing/|test-mode/test\\.server|access/requires|oauth/oauth-problem|(feature|features|main|emit)\\.ts$)';
/** What a room is told by the environment: data alone, in the room that it concerns. */
const settings = '\\.settings\\.ts$';
const composition = '^src/(app|cli|doctor|testing)/|^src/(features|main|emit)\\.ts$';
const base =
  '^src/(answer|case|clock|closing|deadline|effects|errors|html|input|log|network|requester|retry|secrets|uuid|version)\\.ts$|^src/(queues|runtime)/|^src/settings/(rules|setting)\\.ts$';

const onlyIn = (library, folder, besides) => ({
  name: `${library}-only-in-its-room`,
  severity: 'error',
  from: { path: '^src/', pathNot: folder },
  to: { path: `^node_modules/(${library})(/|$)`, ...(besides && { pathNot: `^node_modules/${besides}/` }) },
});

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing-imports-the-process', severity: 'error', from: { path: '^src/' }, to: { path: '^src/main\\.ts$' } },
    {
      name: 'only-the-command-line-imports-the-composition',
      severity: 'error',
      from: { path: '^src/', pathNot: composition },
      to: { path: '^src/app/' },
    },
    {
      name: 'services-know-no-edge',
      comment: 'A service, a database file or a base file must not import what stands at a door.',
      severity: 'error',
      from: { path: '^src/', pathNot: edges },
      to: { path: edges, pathNot: settings },
    },
    {
      name: 'services-know-no-transport',
      severity: 'error',
      from: { path: '^src/', pathNot: edges },
      to: { path: '^node_modules/(graphql|graphql-scalars|type-graphql|@apollo|fastify|@fastify)(/|$)' },
    },
    {
      name: 'forward-auth-is-imported-by-nothing-below',
      comment: 'It decides about requests to other services: nothing of our own operations may hang on it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/forward-auth/', composition] },
      to: { path: '^src/forward-auth/', pathNot: settings },
    },
    {
      name: 'upstream-is-imported-by-the-composition-alone',
      comment: 'What stands behind the gateway: nothing of our own operations may hang on it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/upstream/', composition] },
      to: { path: '^src/upstream/' },
    },
    {
      name: 'forward-auth-knows-no-graphql-but-by-operation',
      comment: 'forward-auth/graphql/ imports forward-auth/, and not the other way round.',
      severity: 'error',
      from: { path: '^src/forward-auth/[^/]+$', pathNot: '\\.feature\\.ts$' },
      to: { path: '^src/forward-auth/graphql/' },
    },
    { name: 'base-imports-base-alone', severity: 'error', from: { path: base }, to: { path: '^src/', pathNot: base } },
    {
      name: 'rooms-below-import-no-service',
      severity: 'error',
      from: { path: '^src/(database|tokens|passwords|limits)/' },
      to: { path: '^src/(accounts|sessions|users|user-administration|oauth|service-clients|revocation-feed|forward-auth)/' },
    },
    {
      name: 'sessions-know-no-accounts',
      severity: 'error',
      from: { path: '^src/(sessions|users)/' },
      to: { path: '^src/accounts/' },
    },
    {
      name: 'the-client-stands-alone',
      comment: 'It runs in browsers, without a dependency; a test sees that the types it takes from elsewhere leave no import.',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { pathNot: '^packages/client/|(^|/)node_modules/graphql/' },
    },
    {
      name: 'the-server-needs-no-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/' },
    },
    {
      name: 'the-verifier-stands-alone',
      comment: 'It runs in other services, with nothing but Node.',
      severity: 'error',
      from: { path: '^packages/verify/' },
      to: { pathNot: '^packages/verify/', dependencyTypesNot: ['core'] },
    },
    onlyIn('nodemailer', '^src/mail/'),
    onlyIn('openid-client', '^src/providers/'),
    onlyIn('@simplewebauthn', '^src/webauthn/'),
    onlyIn('bcryptjs', '^src/passwords/'),
    onlyIn('jsonwebtoken', '^src/tokens/'),
    onlyIn('@prisma', '^src/database/'),
    onlyIn('libsql', '^src/database/(sqlite/|[^/]+\\.sqlite\\.ts$)'),
    onlyIn('pg', '^src/database/(postgresql/|[^/]+\\.postgresql\\.ts$)'),
    onlyIn('pg-connection-string', '^src/database/database-url\\.ts$'),
    onlyIn('@apollo', '^src/graphql/'),
    onlyIn('fastify|@fastify', '^src/(http|rest|pages|graphql/http)/', '@fastify/busboy'),
    onlyIn('ws', '^src/upstream/streams/'),
    onlyIn('@fastify/busboy', '^src/upstream/uploads/'),
    onlyIn('commander', '^src/(cli/|feature\\.ts$|.*\\.commands?\\.ts$)'),
    onlyIn('prom-client|@opentelemetry', '^src/metrics/'),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/database/generated/|^packages/[^/]+/dist/' },
  },
};
