# hpo in a container: `make build_image`, then
#   docker run --rm -v "$PWD:/work" -v "$PWD/data:/data:ro" hpo optimize --n-trials 50 --model fasttext
# VARIANT=cuda: on CUDA's own image, with ONNX Runtime's CUDA libraries; run it with --gpus.
ARG VARIANT=cpu
ARG NODE_IMAGE=node:20-bookworm-slim
ARG CUDA_IMAGE=nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04

FROM ${NODE_IMAGE} AS build
ARG VARIANT
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/hpo
COPY package.json package-lock.json .npmrc ./
RUN case "$VARIANT" in cpu) ort=skip ;; cuda) ort=cuda12 ;; *) echo "VARIANT is cpu or cuda, not $VARIANT" >&2; exit 2 ;; esac \
  && npm ci --no-fund --no-audit --onnxruntime-node-install="$ort"
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${NODE_IMAGE} AS base-cpu

FROM ${CUDA_IMAGE} AS base-cuda
COPY --from=build /usr/local/bin/node /usr/local/bin/node

FROM base-${VARIANT}
# tini: process 1 has to pass signals on and to reap what trials leave behind.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --create-home hpo \
  && install -d -o hpo -g hpo /work \
  && ln -s /opt/hpo/dist/cli/main.js /usr/local/bin/hpo
COPY --from=build /opt/hpo/package.json /opt/hpo/
COPY --from=build /opt/hpo/node_modules /opt/hpo/node_modules
COPY --from=build /opt/hpo/dist /opt/hpo/dist
COPY studies /opt/hpo/studies
COPY slurm /opt/hpo/slurm
COPY scripts/docker-entrypoint.sh /opt/hpo/scripts/
# Training data; trials.db, runs/ and exports/ appear in /work.
ENV NODE_ENV=production DATA_DIR=/data HPO_RUNS_DIR=/work/runs
USER hpo
WORKDIR /work
VOLUME ["/work"]
ENTRYPOINT ["tini", "--", "/opt/hpo/scripts/docker-entrypoint.sh"]
CMD ["--help"]
