# Keyward for a PostgreSQL that runs elsewhere (DATABASE_URL): the one that comes with the packages is left out, and so is their
# Node. Nothing is written but /data and /tmp. How to run it: docs/deploying.md.

FROM node:26.10.0-slim AS build
WORKDIR /keyward
COPY . .
RUN npm ci --ignore-scripts
RUN node scripts/build.mjs

FROM node:26.10.0-slim AS packages
WORKDIR /keyward
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:26.10.0-slim
ENV NODE_ENV=production HOST=0.0.0.0 KEYWARD_DATA=/data
WORKDIR /keyward
COPY --from=packages /keyward/node_modules ./node_modules
COPY --from=build /keyward/out ./out
COPY --from=build /keyward/out-cli ./out-cli
COPY package.json ./
COPY db ./db
COPY server ./server
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
