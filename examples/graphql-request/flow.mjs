// Signs up and asks with graphql-request; the client of Gatehouse keeps it signed in.
//   GATEHOUSE=http://localhost:4000 node examples/graphql-request/flow.mjs
import { createGatehouse, isGatehouseError, ProfileDocument, UpdateProfileDocument } from 'gatehouse/client';
import { GraphQLClient } from 'graphql-request';

const url = process.env.GATEHOUSE ?? 'http://localhost:4000';
const gatehouse = createGatehouse({ url });
const client = new GraphQLClient(`${url}/graphql`, { fetch: gatehouse.fetch });

const username = `kate-${Date.now()}-${process.pid}`;
await gatehouse.register({ username, email: `${username}@example.com`, password: 'a quiet garden gate' });

const { profile } = await client.request(ProfileDocument);
console.log(profile.username === username);

const { updateProfile } = await client.request(UpdateProfileDocument, { input: { name: 'Kate Example' } });
console.log(updateProfile.user.name);

await gatehouse.logout();
const error = await client.request(ProfileDocument).catch((thrown) => thrown);
console.log(isGatehouseError(error, 'UNAUTHENTICATED'));
