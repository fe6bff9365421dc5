# The service's image: the wheel and its hash-locked dependencies, nothing else, run by nobody special.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Dependencies first: they change less often than the code, and then come from the build cache.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv --without-pip /opt/user-sync \
    && pip --python /opt/user-sync/bin/python install --require-hashes --only-binary :all: \
        --requirement requirements/runtime.txt \
    && python -m venv --without-pip /opt/build \
    && pip --python /opt/build/bin/python install --require-hashes --only-binary :all: \
        --requirement requirements/build.txt
COPY pyproject.toml README.md ./
COPY service service
COPY index_templates index_templates
RUN pip --python /opt/build/bin/python wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/user-sync/bin/python install --no-deps dist/*.whl

FROM python:${PYTHON}
# Always this number, so that a volume's files keep their owner from image to image.
RUN groupadd --gid 10001 user-sync \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/user-sync \
        --shell /usr/sbin/nologin user-sync \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/user-sync
COPY --from=build /opt/user-sync /opt/user-sync
ENV PATH=/opt/user-sync/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    USER_SYNC_PORT=8080 \
    USER_SYNC_JOURNAL_PATH=/var/lib/user-sync/journal.db
# The number, so that a platform that demands a non-root user can see that it is one.
USER 10001:10001
WORKDIR /var/lib/user-sync
VOLUME /var/lib/user-sync
# The public door. The private one (8081) listens on the container's loopback unless told otherwise.
EXPOSE 8080
STOPSIGNAL SIGTERM
# Whether the process answers: all that a restart can mend. A full disk or an absent OpenSearch
# shows at /readyz and /healthz. Not urllib: it would ask a proxy for 127.0.0.1 when one is set.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-c", "import http.client, os, sys; door = http.client.HTTPConnection('127.0.0.1', int(os.environ['USER_SYNC_PORT']), timeout=4); door.request('GET', '/livez'); sys.exit(door.getresponse().status != 200)"]
ENTRYPOINT ["user-sync"]
CMD ["serve"]
