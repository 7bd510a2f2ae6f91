ARG VERSION=9.0
FROM mcr.microsoft.com/dotnet/sdk:${VERSION} AS build
WORKDIR /source
COPY *.csproj .
RUN dotnet restore
COPY . .
RUN dotnet publish -c Release -o /app --no-restore

FROM mcr.microsoft.com/dotnet/aspnet:${VERSION}-noble-chiseled
WORKDIR /app
COPY --from=build /app .
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "shop.dll"]
