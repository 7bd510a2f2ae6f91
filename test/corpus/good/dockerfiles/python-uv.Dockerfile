FROM ghcr.io/astral-sh/uv:0.6.6 AS uv
FROM python:3.13.2-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project
COPY src ./src
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev

FROM python:3.13.2-slim
COPY --from=build /app /app
WORKDIR /app
USER nobody
ENTRYPOINT ["/app/.venv/bin/python", "-m", "service"]
