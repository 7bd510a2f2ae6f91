FROM gradle:8.12.1-jdk21@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1 AS build
USER gradle
WORKDIR /home/gradle/src
COPY --chown=gradle:gradle . .
RUN gradle --no-daemon installDist

FROM gcr.io/distroless/java21-debian12:nonroot@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
COPY --from=build /home/gradle/src/build/install/app/lib /app/lib
USER nonroot
CMD ["-cp", "/app/lib/*", "org.example.Main"]
