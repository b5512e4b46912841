# Two stages: the first has compilers and the tests' tools, the second only what runs.
FROM node:20-bookworm-slim AS build
WORKDIR /gatehouse
COPY package.json package-lock.json .npmrc ./
COPY packages ./packages
RUN npm ci
COPY tsconfig.json ./
COPY scripts ./scripts
COPY prisma ./prisma
COPY src ./src
RUN npm run build
# What `npm ci --omit=dev` installs, without what nothing loads: types that libraries bring, and the packages for front ends and other
# services.
RUN npm prune --omit=dev && rm -rf node_modules/@types node_modules/@gatehouse

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
WORKDIR /gatehouse
COPY --from=build /gatehouse/package.json ./
COPY --from=build /gatehouse/node_modules ./node_modules
COPY --from=build /gatehouse/dist ./dist
COPY --from=build /gatehouse/prisma ./prisma
COPY explorer ./explorer
RUN mkdir data && chown node:node data
USER node
# All that is ever written: the SQLite database. With PostgreSQL nothing is.
VOLUME /gatehouse/data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD node -e "fetch('http://127.0.0.1:'+process.env.PORT+'/health').then((answer)=>process.exit(answer.ok?0:1),()=>process.exit(1))"
CMD ["node", "dist/main.js", "start"]
