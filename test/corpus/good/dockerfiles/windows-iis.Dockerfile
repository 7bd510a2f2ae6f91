# escape=`
FROM mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN Remove-Website -Name 'Default Web Site'; `
    New-Item -ItemType Directory C:\\site | Out-Null
WORKDIR C:\\site
COPY site .
EXPOSE 8080
