// An API that lets Gatehouse decide who is calling: one question to /v1/verify for each request, which a logout changes at once.
//   GATEHOUSE=http://localhost:4000 PORT=3000 node examples/node-api/server.mjs
import { createServer } from 'node:http';

const gatehouse = process.env.GATEHOUSE ?? 'http://localhost:4000';

/** Who is calling; or the refusal to pass on, with its status and challenge. */
async function whoIs({ headers }) {
  const answer = await fetch(`${gatehouse}/v1/verify`, {
    headers: headers.authorization ? { authorization: headers.authorization } : {},
    signal: AbortSignal.timeout(3_000),
  });
  if (answer.ok) return { user: { id: answer.headers.get('x-auth-user-id'), username: answer.headers.get('x-auth-username') } };
  return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
}

const server = createServer(async (request, response) => {
  try {
    const { user, status, challenge } = await whoIs(request);
    if (!user) return response.writeHead(status, challenge ? { 'www-authenticate': challenge } : {}).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ message: `Hello ${user.username}` }));
  } catch {
    response.writeHead(503, { 'retry-after': '1' }).end(); // no answer is not a no, and never a yes
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
