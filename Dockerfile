# The worker, and the command line beside it. Node runs the TypeScript as it lies here, so there is no build step.
# 24.21.0 is the release of the `node` package in package-lock.json; tags as in nodejs/docker-node, 24/bookworm-slim.
FROM node:24.21.0-bookworm-slim

# git reads repositories; tini hands SIGTERM on and reaps what git leaves.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git tini \
  && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production
# Bounds of what a worker's threads hold without using it (application/session/session.ts).
ENV NODE_OPTIONS=--max-semi-space-size=16
ENV MALLOC_ARENA_MAX=2
ENV SWITCHYARD_HOME=/var/lib/switchyard
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY . .

RUN install --directory --owner=node --group=node --mode=700 /var/lib/switchyard
USER node
# A mounted repository belongs to a user of the host; without this git would refuse to read it.
RUN git config --global safe.directory '*'

HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["node", "worker/health-main.ts"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--"]
CMD ["node", "worker/main.ts"]
