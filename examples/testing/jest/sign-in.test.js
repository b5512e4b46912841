// Jest: `npx jest` in this folder. A page or an API of yours would stand in place of `ask`.
const { startGatehouse } = require('gatehouse/testing');

let gateway;
beforeAll(async () => {
  gateway = await startGatehouse();
}, 60_000);
afterAll(() => gateway.close());

const ask = (path, token) => fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });

test('an editor may edit, and somebody else may not', async () => {
  const editor = await gateway.user({ roles: ['EDITOR'] });
  const reader = await gateway.user();
  expect((await ask('/v1/verify?role=EDITOR', editor.accessToken)).status).toBe(200);
  expect((await ask('/v1/verify?role=EDITOR', reader.accessToken)).status).toBe(403);
});

test('an access token expires after fifteen minutes, and nobody waits for that', async () => {
  const kate = await gateway.user();
  expect((await ask('/v1/profile', kate.accessToken)).status).toBe(200);
  await gateway.advance('16m');
  expect((await ask('/v1/profile', kate.accessToken)).status).toBe(401);
});

test('the owner is told by mail that the password was changed', async () => {
  const kate = await gateway.user();
  const response = await fetch(`${gateway.url}/v1/password`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${kate.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ current_password: kate.password, new_password: 'another quiet garden gate' }),
  });
  expect(response.status).toBe(200);
  expect((await gateway.mailTo(kate.email, { kind: 'password-changed' })).subject).toMatch(/password/i);
});
