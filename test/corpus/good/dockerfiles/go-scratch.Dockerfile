FROM golang:1.24.2-alpine3.21 AS build
RUN apk add --no-cache ca-certificates=20241121-r1 git=2.47.2-r0
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /app ./...
RUN echo "app:x:10001:10001::/:/sbin/nologin" > /etc/passwd.min

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /etc/passwd.min /etc/passwd
COPY --from=build --chown=root:root --chmod=0555 /app /app
USER 10001:10001
ENTRYPOINT ["/app"]
