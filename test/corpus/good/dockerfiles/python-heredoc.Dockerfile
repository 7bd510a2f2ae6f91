# syntax=docker/dockerfile:1.12
FROM python:3.13.1-slim-bookworm AS build
ARG PIP_INDEX_URL=https://pypi.example.com/simple
ARG TOKENIZER_VERSION=2.1
ARG PASSWORD_HASHER=argon2
ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    TOKEN_URL=https://login.example.com/token \
    SECRET_KEY_FILE=/run/secrets/key \
    PASSWORD_MIN_LENGTH=12
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    pip install --require-hashes -r requirements.txt
RUN <<EOF
set -eu
addgroup --system --gid 10001 app
adduser --system --uid 10001 --ingroup app --no-create-home --disabled-password app
mkdir -p /data && chown app:app /data && chmod 0750 /data
EOF
RUN --mount=type=secret,id=token,env=GH_TOKEN git clone --depth 1 --branch v1.2.3 https://github.com/example/lib.git /lib
RUN curl --proto '=https' --tlsv1.2 -fsSLO https://example.org/t.tgz && echo "0123  t.tgz" | sha256sum --check --strict && tar xzf t.tgz
COPY --chown=app:app --chmod=0644 src ./src
USER app
EXPOSE 8080/tcp
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-m", "app.health"]
CMD ["python", "-m", "app"]
