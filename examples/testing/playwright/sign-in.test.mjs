// Playwright: a page of yours, a gateway of its own, and Chromium of this machine. With Node's runner: `node --test`. With
// Playwright's own (`@playwright/test`) `page` and `test` come from there, and the rest stays.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startGatehouse } from 'gatehouse/testing';
import { chromium } from 'playwright-core';

/** In place of your application: a form, and what the gateway says to it. */
const html = (gatehouse) => `<!doctype html><title>Shop</title>
<form><label>Name <input name="username"></label><label>Password <input name="password" type="password"></label><button>Log in</button></form>
<p role="status"></p>
<script type="module">
  const [form, status] = [document.forms[0], document.querySelector('[role=status]')];
  form.onsubmit = async (event) => {
    event.preventDefault();
    const response = await fetch('${gatehouse}/v1/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const answer = await response.json();
    status.textContent = response.ok ? 'Hello ' + answer.user.username : answer.code === 'UNAVAILABLE' ? 'Try again in a moment.' : 'Wrong name or password.';
  };
</script>`;

let gateway;
let shop;
let browser;
before(async () => {
  gateway = await startGatehouse();
  shop = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html(gateway.url)));
  await new Promise((listening) => shop.listen(0, '127.0.0.1', listening));
  browser = await chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'], // it runs as root in containers, which have a small /dev/shm
  });
});
after(async () => {
  await browser?.close();
  shop?.close();
  await gateway?.close();
});

const logIn = async ({ username, password }) => {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${shop.address().port}/`);
  await page.getByLabel('Name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button').click();
  await page.waitForFunction(() => document.querySelector('[role=status]').textContent !== '');
  return page.getByRole('status').textContent();
};

test('greets whoever logs in', async () => {
  const kate = await gateway.user();
  assert.equal(await logIn(kate), `Hello ${kate.username}`);
  assert.equal(await logIn({ ...kate, password: 'a wrong guess' }), 'Wrong name or password.');
});

test('asks for patience while the gateway cannot serve', async () => {
  const kate = await gateway.user();
  await gateway.fault({ operation: 'login', code: 'UNAVAILABLE', times: 1 });
  assert.equal(await logIn(kate), 'Try again in a moment.');
  assert.equal(await logIn(kate), `Hello ${kate.username}`);
});
