FROM fedora:41
RUN dnf install -y --setopt=install_weak_deps=False python3-3.13.2 python3-flask-3.0.3 \
 && dnf clean all
WORKDIR /srv/app
COPY app.py ./
USER 1000:1000
CMD ["python3", "app.py"]
