FROM debian:12.9-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ARG TOOL_VERSION=1.9.4
ARG TOOL_SHA256=6ba2a9ff1b3a1f4d2c1b8b3b0a0f8f0f3c3a5a0f6d1e2c3b4a5968778695a4b3
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && curl -fsSLo /tmp/tool.tar.gz "https://example.org/tool/${TOOL_VERSION}/tool.tar.gz" \
 && echo "${TOOL_SHA256}  /tmp/tool.tar.gz" | sha256sum -c - \
 && tar -xzf /tmp/tool.tar.gz -C /usr/local/bin tool \
 && rm -rf /tmp/tool.tar.gz /var/lib/apt/lists/* \
 && apt-get purge -y --auto-remove curl
USER 65534:65534
ENTRYPOINT ["tool"]
