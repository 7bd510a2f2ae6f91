# syntax=docker/dockerfile:1
FROM alpine:3.21 AS tools
ADD --checksum=sha256:0bd61b8d9c4f9ea1b4a7a1d1e3a3c5ab0c0a5a8a6d2ec5c3b9ed27ba1d7a1f9e \
    https://example.org/releases/kubectl /usr/local/bin/kubectl
RUN chmod 0755 /usr/local/bin/kubectl
ADD https://github.com/example/scripts.git#v2.3.1 /opt/scripts

FROM alpine:3.21
RUN --mount=type=cache,target=/var/cache/apk,sharing=locked \
    apk add bash jq openssh-client && adduser -D -u 10001 ci
COPY --from=tools /usr/local/bin/kubectl /usr/local/bin/
COPY --from=tools /opt/scripts /opt/scripts
USER 10001
RUN --mount=type=ssh,uid=10001 ssh-add -l || true
ENTRYPOINT ["bash"]
