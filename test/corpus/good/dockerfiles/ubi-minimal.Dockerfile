FROM registry.access.redhat.com/ubi9/ubi-minimal:9.5
RUN microdnf install -y --nodocs --setopt=install_weak_deps=0 httpd \
 && microdnf clean all
COPY --chmod=0644 httpd.conf /etc/httpd/conf/httpd.conf
RUN chgrp -R 0 /var/log/httpd /run/httpd && chmod -R g=u /var/log/httpd /run/httpd
USER 1001
EXPOSE 8080
CMD ["httpd", "-D", "FOREGROUND"]
