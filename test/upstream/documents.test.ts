// Gateway, check 13; section 4.10.
import { writeFileSync } from 'node:fs';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { openShop, type Shop, shopFields, shopSdl } from '../support/shop';
import { until } from '../support/until';
import { manifestOf, sha256, writePolicy } from '../support/upstream';

const trusted = '{ products { id } }';
const other = '{ products { name } }';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const open = async (documents: object): Promise<{ house: House; manifest: string }> => {
  const endpoint = { upstream: { url: shop.url }, schema: 'shop.graphql', fields: shopFields, documents };
  const files = { 'shop.graphql': shopSdl, 'documents.json': manifestOf({ products: trusted, [sha256(trusted)]: trusted }) };
  const file = writePolicy({ endpoints: { '/graphql': endpoint } }, files);
  return { house: await openHouse('sqlite', { AUTH_UPSTREAM_POLICY: file }), manifest: file.replace('policy.json', 'documents.json') };
};

const post = async (house: House, body: object): Promise<string | null> => {
  const answer = await fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { errors } = (await answer.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code ?? null;
};

const persisted = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });

it('13: only: a text is refused, an id works however it is called, an id with another text is refused, and ours come as text', async () => {
  const { house, manifest } = await open({ file: 'documents.json', mode: 'only' });
  expect(await post(house, { query: trusted })).toBe('DOCUMENT_NOT_TRUSTED');
  expect(await post(house, { query: `{ me { id } ${other.slice(1)}` })).toBe('DOCUMENT_NOT_TRUSTED');
  shop.requests.length = 0;
  for (const body of [
    { documentId: 'products' },
    { doc_id: 'products' },
    { id: 'products' },
    persisted(trusted),
    { query: trusted, id: 'products' },
  ])
    expect(await post(house, body)).toBeNull();
  expect(shop.requests.map(({ body }) => body)).toEqual(Array.from({ length: 5 }, () => ({ query: trusted })));
  expect(await post(house, { query: other, documentId: 'products' })).toBe('BAD_REQUEST');
  expect(await post(house, { query: other, ...persisted(trusted) })).toBe('BAD_REQUEST');
  expect(await post(house, { documentId: 'nothing' })).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(await post(house, { query: '{ me { id } }' })).toBeNull();
  expect((await newPerson(house)).accessToken).toEqual(expect.any(String));
  writeFileSync(manifest, '{');
  await until('the wrong file is told', () => house.log.some(({ msg }) => /manifest of documents/.test(msg)));
  expect(await post(house, { documentId: 'products' })).toBeNull();
  writeFileSync(manifest, manifestOf({ names: other }));
  await until('the next file is read', async () => (await post(house, { documentId: 'names' })) === null);
  expect(await post(house, { documentId: 'products' })).toBe('PERSISTED_QUERY_NOT_FOUND');
  await house.close();
});

it('13: audit: both work, and what is not trusted is logged without its text', async () => {
  const { house } = await open({ file: 'documents.json', mode: 'audit' });
  expect(await post(house, { documentId: 'products' })).toBeNull();
  expect(house.log.filter(({ msg }) => msg === 'a document that is not trusted')).toEqual([]);
  expect(await post(house, { query: `query Named ${other}` })).toBeNull();
  const lines = house.log.filter(({ msg }) => msg === 'a document that is not trusted');
  expect(lines).toEqual([expect.objectContaining({ operationName: 'Named', document: sha256(`query Named ${other}`) })]);
  expect(JSON.stringify(lines)).not.toContain('products');
  await house.close();
});

it('automatic: a hash that came with its text stands for it from then on, and never for another', async () => {
  const { house } = await open({ automatic: true });
  expect(await post(house, persisted(other))).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(await post(house, { query: trusted, ...persisted(other) })).toBe('BAD_REQUEST');
  expect(await post(house, persisted(other))).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(await post(house, { query: other, ...persisted(other) })).toBeNull();
  expect(await post(house, persisted(other))).toBeNull();
  const refused = '{ customer { email } }';
  expect(await post(house, { query: refused, ...persisted(refused) })).toBe('UNAUTHENTICATED');
  expect(await post(house, persisted(refused))).toBe('UNAUTHENTICATED');
  await house.close();
});
