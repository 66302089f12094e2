# docker build .                    every role, on the CPU
# docker build --target gpu .       the same, with what onnxruntime needs for `device: cuda`

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Nothing here needs its install script: the native parts lie in the packages themselves.
RUN npm ci --ignore-scripts
COPY . .
RUN npx vite build gateway/web --logLevel warn && npm prune --omit=dev --ignore-scripts

FROM build AS build-gpu
# CUDA and TensorRT providers of this onnxruntime, which are too large for npm. A few hundred megabytes.
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --home-dir /var/lib/roadstream roadstream
COPY --from=build-gpu /app /app
ENV NODE_ENV=production
USER roadstream
# What is kept (dataDirectory) lies below the working folder: give it a volume.
WORKDIR /var/lib/roadstream
EXPOSE 52000 9464
ENTRYPOINT ["node", "/app/bin/roadstream.js"]
CMD ["start", "--host", "0.0.0.0"]

FROM node:24-bookworm-slim AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --home-dir /var/lib/roadstream roadstream
COPY --from=build /app /app
ENV NODE_ENV=production
USER roadstream
WORKDIR /var/lib/roadstream
EXPOSE 52000 9464
ENTRYPOINT ["node", "/app/bin/roadstream.js"]
CMD ["start", "--host", "0.0.0.0"]
