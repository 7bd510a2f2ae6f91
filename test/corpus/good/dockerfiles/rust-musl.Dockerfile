FROM rust:1.85.0-alpine3.21 AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked && rm -rf src
COPY src src
RUN touch src/main.rs && cargo build --release --locked

FROM alpine:3.21
RUN apk add --no-cache tini
COPY --from=build /src/target/release/app /usr/local/bin/app
USER 65534:65534
ENTRYPOINT ["/sbin/tini", "--", "app"]
