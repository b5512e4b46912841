// An API that verifies access tokens by itself, and hears from Gatehouse what is revoked: no question for each request.
//   npx gatehouse client create my-api
//   GATEHOUSE=http://localhost:4000 CLIENT_ID=… CLIENT_SECRET=… PORT=3000 node examples/node-api/offline.mjs
import { createServer } from 'node:http';
import { createVerifier } from 'gatehouse/verify';
import { requireToken, tokenOf } from 'gatehouse/verify/express'; // it needs no Express: Node's own requests are enough

const { GATEHOUSE: url = 'http://localhost:4000', ISSUER: issuer = url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env;
const verifier = createVerifier({ issuer, url, clientId, clientSecret });
const check = requireToken(verifier);

const server = createServer((request, response) =>
  check(request, response, () => {
    const { userId, roles } = tokenOf(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ userId, roles }));
  }),
);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
