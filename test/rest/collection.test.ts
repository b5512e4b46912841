import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { pathsOf } from '../../src/rest/register-routes';
import { type House, openHouse } from '../support/house';
import { readStage } from '../support/stage';

const collection = 'docs/gatehouse.postman_collection.json';
const document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: 'openapi', ...document });

/** What the document says of one media type: its schema, ready to judge, and its examples. */
function described(pointer: readonly string[]) {
  const at = pointer.reduce((inner, name) => inner?.[name], document);
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.getSchema(`openapi#/${[...escaped, 'schema'].join('/')}`);
  if (!at || !validate) throw new Error(`nothing at ${pointer.join(' ')}`);
  const examples =
    at.example === undefined ? Object.values(at.examples ?? {}).map((each) => (each as { value: unknown }).value) : [at.example];
  const judge = (value: unknown): string => (validate(value) ? 'fits' : ajv.errorsText(validate.errors));
  return { judge, examples };
}

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

interface Execution {
  readonly item: { readonly name: string };
  readonly request: { readonly body?: { readonly raw?: string; readonly urlencoded?: readonly { key: string; value: string }[] } };
  readonly response: {
    readonly code: number;
    readonly header: { key: string; value: string }[];
    readonly stream: { readonly data: number[] };
  };
  readonly assertions: readonly { readonly assertion: string; readonly error?: { readonly message: string } }[];
}

it('the collection sends the example of every path, and every request and answer is as documented', async () => {
  const report = join(readStage().folder, 'newman.json');
  await promisify(execFile)(process.execPath, [
    require.resolve('newman/bin/newman.js'),
    ...['run', collection, '--env-var', `base_url=${house.url}`, '--reporters', 'json', '--reporter-json-export', report],
  ]).catch(() => undefined); // it fails when an assertion does: those are looked at below
  const { run } = JSON.parse(readFileSync(report, 'utf8')) as { run: { executions: Execution[] } };

  const failed = run.executions.flatMap(({ item, assertions, response }) =>
    assertions.filter(({ error }) => error).map(({ error }) => [item.name, error?.message, Buffer.from(response.stream.data).toString()]),
  );
  expect(failed).toEqual([]);
  expect(run.executions.map(({ item }) => item.name).sort()).toEqual(
    house.app.routes.flatMap((route) => pathsOf(route).map((path) => `${route.method} ${path}`)).sort(),
  );
  for (const { item, request, response } of run.executions) {
    const [method = '', path = ''] = item.name.split(' ');
    const operation = ['paths', path, method.toLowerCase()];
    if (request.body) {
      const { raw, urlencoded } = request.body;
      const form = urlencoded && Object.fromEntries(urlencoded.map(({ key, value }) => [key, value]));
      const mediaType = form ? 'application/x-www-form-urlencoded' : 'application/json';
      const { judge } = described([...operation, 'requestBody', 'content', mediaType]);
      expect([item.name, judge(form ?? JSON.parse(raw ?? ''))]).toEqual([item.name, 'fits']);
    }
    const answered = document.paths[path][method.toLowerCase()].responses[response.code];
    if (answered !== undefined && answered.content === undefined) {
      expect([item.name, response.stream.data]).toEqual([item.name, []]);
      continue;
    }
    const text = Buffer.from(response.stream.data).toString();
    const type = response.header.find(({ key }) => key.toLowerCase() === 'content-type')?.value.split(';')[0] ?? '';
    const { judge } = described([...operation, 'responses', String(response.code), 'content', type]);
    expect([item.name, judge(type === 'text/plain' ? text : JSON.parse(text))]).toEqual([item.name, 'fits']);
  }
});

it('the document has an example for every answer, and each fits its schema', () => {
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, { responses: object }>>))
    for (const [method, { responses }] of Object.entries(methods))
      for (const [status, { content }] of Object.entries(responses as Record<string, { content?: object }>))
        for (const type of Object.keys(content ?? {})) {
          const { judge, examples } = described(['paths', path, method, 'responses', status, 'content', type]);
          const judged = examples.map(judge);
          expect([method, path, status, judged.length > 0, judged.filter((word) => word !== 'fits')]).toEqual([
            method,
            path,
            status,
            true,
            [],
          ]);
        }
});
