FROM postgres:17.4-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential git ca-certificates postgresql-server-dev-17 \
 && rm -rf /var/lib/apt/lists/*
RUN git clone --branch v0.8.0 --depth 1 https://github.com/pgvector/pgvector.git /tmp/pgvector \
 && cd /tmp/pgvector && make OPTFLAGS="" && make install

FROM postgres:17.4-bookworm
COPY --from=build /usr/lib/postgresql/17/lib/vector.so /usr/lib/postgresql/17/lib/
COPY --from=build /usr/share/postgresql/17/extension/vector* /usr/share/postgresql/17/extension/
ENV POSTGRES_PASSWORD_FILE=/run/secrets/postgres
USER postgres
