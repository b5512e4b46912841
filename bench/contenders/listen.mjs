// What every contender ends with: it says where it listens, and ends when it is told to.
export function announce(origin) {
  process.stdout.write(`${JSON.stringify({ origin })}\n`);
  process.once('SIGTERM', () => process.exit(0));
}

/** An answer of the profile's size: what a contender without users gives. */
export const user = {
  id: '0b1f0c3e-6f0a-4c52-9a3e-0d5f6a7b8c9d',
  username: 'user000',
  email: 'user000@example.com',
  emailVerified: false,
  name: 'User 000',
  bio: null,
  pictureUrl: null,
  locale: null,
  roles: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

export const typeDefs = `#graphql
  type User { id: ID! username: String! email: String! createdAt: String! }
  type Query { me: User }
`;

export const resolvers = { Query: { me: () => user } };
