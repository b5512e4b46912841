import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';
import { type House, openHouse } from './house';
import { writePolicy } from './upstream';

/** A GraphQL service of a test, behind the gateway: it keeps what it was asked, and can be slow, broken or gone. */
export interface Shop {
  readonly url: string;
  readonly requests: ShopRequest[];
  /** How often each field at the root was executed. */
  readonly executed: Map<string, number>;
  /** In the place of its own answer. Undefined: as a GraphQL service does. */
  answer: ((request: ShopRequest, response: ServerResponse) => void) | undefined;
  /** Requests whose connection closed before they were answered. */
  readonly cancelled: ShopRequest[];
  readonly server: Server;
  readonly close: () => Promise<void>;
  /** Listens again on the port that it had. */
  readonly reopen: () => Promise<void>;
}

export interface ShopRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly body: any;
}

export const shopSdl = `
  scalar Big
  type Product { id: ID!, name: String, price: Big, secret: String }
  type Order { id: ID!, total: Int, margin: Float }
  type Customer { email: String, orders: [Order!]! }
  type Query {
    products(first: Int): [Product!]!
    product(id: ID!): Product
    orders: [Order!]
    customer: Customer
    echo(value: Big): Big
    fails: String
    failsHard: String!
  }
  type Mutation { buy(id: ID): Int, refund(id: ID!): Int, addProduct(name: String): Product }
  type Subscription { ticks(every: Int): Int, orderTicks: Int }
`;

export const shopFields = {
  'Query.products': 'public',
  'Query.product': 'public',
  'Query.orders': 'authenticated',
  'Query.customer': 'authenticated',
  'Query.echo': 'public',
  'Query.fails': 'public',
  'Query.failsHard': 'public',
  'Mutation.buy': 'authenticated',
  'Mutation.addProduct': 'public',
  'Mutation.refund': ['SUPPORT'],
  'Product.secret': ['ADMIN'],
  'Order.margin': ['ADMIN'],
  'Subscription.ticks': 'public',
  'Subscription.orderTicks': ['SUPPORT'],
};

export async function openShop(): Promise<Shop> {
  const schema = buildSchema(shopSdl);
  const requests: ShopRequest[] = [];
  const cancelled: ShopRequest[] = [];
  const executed = new Map<string, number>();
  const ran = <T>(name: string, value: T) => {
    executed.set(name, (executed.get(name) ?? 0) + 1);
    return value;
  };
  const product = (id: string) => ({ id, name: `product ${id}`, price: 1.5, secret: 's' });
  const rootValue = {
    products: ({ first = 2 }: { first?: number }) =>
      ran(
        'products',
        Array.from({ length: first }, (_, index) => product(String(index + 1))),
      ),
    product: ({ id }: { id: string }) => ran('product', product(id)),
    orders: () => ran('orders', [{ id: 'o1', total: 3, margin: 0.5 }]),
    customer: () => ran('customer', { email: 'c@example.com', orders: [] }),
    echo: ({ value }: { value: unknown }) => ran('echo', value),
    fails: () => {
      throw new Error('the shelf is empty');
    },
    failsHard: () => {
      throw new Error('the shelf is empty');
    },
    buy: () => ran('buy', executed.get('buy') ?? 0),
    refund: () => ran('refund', 1),
    addProduct: () => ran('addProduct', product('9')),
  };
  const shop: Shop = {
    requests,
    executed,
    cancelled,
    answer: undefined,
    server: createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { method = '', url = '', headers, rawHeaders } = request;
        const kept: ShopRequest = { method, url, headers, rawHeaders, text, body: parsed(text) };
        requests.push(kept);
        response.on('close', () => {
          if (!response.writableFinished) cancelled.push(kept);
        });
        if (shop.answer) return shop.answer(kept, response);
        const { query = '', variables, operationName } = kept.body ?? {};
        const result = await graphql({ schema, source: query, rootValue, variableValues: variables, operationName });
        const body = JSON.stringify(result);
        response
          .writeHead(result.data === undefined ? 400 : 200, { 'content-type': 'application/json; charset=utf-8', 'x-shop': '1' })
          .end(body);
      });
    }),
    close: () =>
      new Promise((resolve) => {
        shop.server.close(() => resolve());
        shop.server.closeAllConnections();
      }),
    reopen: () => new Promise((resolve) => shop.server.listen(port, '127.0.0.1', resolve)),
    get url() {
      return `http://127.0.0.1:${port}/graphql`;
    },
  };
  await new Promise<void>((resolve) => shop.server.listen(0, '127.0.0.1', resolve));
  const { port } = shop.server.address() as AddressInfo;
  return shop;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface ShopWishes {
  readonly upstream?: object;
  /** Members of the endpoint beside `upstream`. */
  readonly endpoint?: object;
  readonly path?: string;
  readonly policy?: object;
  readonly sdl?: string;
  /** Other files beside the policy, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly kind?: 'sqlite' | 'postgresql';
}

/** The environment of a gateway in front of the shop. */
export function shopEnvironment(
  url: string,
  { upstream, endpoint, path = '/graphql', policy, sdl = shopSdl, files, environment }: ShopWishes = {},
) {
  const served = { upstream: { url, ...upstream }, schema: 'shop.graphql', fields: shopFields, ...endpoint };
  const file = writePolicy({ endpoints: { [path]: served }, ...policy }, { 'shop.graphql': sdl, ...files });
  return { AUTH_UPSTREAM_POLICY: file, ...environment };
}

/** A gateway in front of the shop. */
export const openBefore = (shop: Pick<Shop, 'url'>, wishes: ShopWishes = {}): Promise<House> =>
  openHouse(wishes.kind ?? 'sqlite', shopEnvironment(shop.url, wishes));
