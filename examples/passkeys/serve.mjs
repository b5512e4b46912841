// The page, and the client as it is: no bundler between. Passkeys need https or `localhost`.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const gatehouse = process.env.GATEHOUSE ?? 'http://localhost:4000';
const page = readFileSync(new URL('index.html', import.meta.url), 'utf8').replace('<html ', `<html data-gatehouse="${gatehouse}" `);
const client = new URL('../../packages/client/dist/esm/', import.meta.url);

createServer((request, response) => {
  const [, file] = /^\/client\/([\w.-]+\.js)$/.exec(request.url ?? '') ?? [];
  response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
  response.end(file ? readFileSync(new URL(file, client)) : page);
}).listen(process.env.PORT ?? 5174, 'localhost', function listening() {
  console.log(`http://localhost:${this.address().port}`);
});
