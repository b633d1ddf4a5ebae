# The hpo command in a container; trials.db, runs/ and exports/ belong on a volume: docker run -v "$PWD:/data" IMAGE …
FROM node:20-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/hpo
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
WORKDIR /opt/hpo
COPY --from=build /opt/hpo/package.json ./
COPY --from=build /opt/hpo/node_modules ./node_modules
COPY --from=build /opt/hpo/dist ./dist
COPY --from=build /opt/hpo/studies ./studies
USER node
WORKDIR /data
ENTRYPOINT ["node", "/opt/hpo/dist/cli/main.js"]
CMD ["--help"]
