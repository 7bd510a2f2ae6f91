FROM debian:12.9-slim
RUN <<EOF
set -eux
apt-get update
apt-get install -y --no-install-recommends ca-certificates curl gnupg
curl -fsSL https://deb.example.org/key.asc | gpg --dearmor -o /usr/share/keyrings/example.gpg
echo "deb [signed-by=/usr/share/keyrings/example.gpg] https://deb.example.org stable main" > /etc/apt/sources.list.d/example.list
apt-get update
apt-get install -y --no-install-recommends example-agent=7.1.0-1
rm -rf /var/lib/apt/lists/*
useradd --system --no-log-init --uid 999 agent
EOF
USER 999
CMD ["example-agent"]
