FROM opensuse/leap:15.6
RUN zypper --non-interactive install --no-recommends postgresql16 && zypper clean --all
USER postgres
WORKDIR /var/lib/pgsql
CMD ["postgres", "-D", "/var/lib/pgsql/data"]
