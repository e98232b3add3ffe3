# syntax=docker/dockerfile:1

# The image has no compiler, no pip cache and no shell in the way of signals. It runs as a user without rights,
# on a read-only root: all that is written goes to /data (temporary files too, unless /tmp is a tmpfs).

FROM python:3.13-slim AS builder
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/canopy \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.11,<1"
WORKDIR /src
# The dependencies first: this layer stays as it is until the lock changes.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY canopy ./canopy
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Canopy" \
      org.opencontainers.image.description="A live website from a git repository of notes" \
      org.opencontainers.image.licenses="ISC"
# ssh remotes are fetched with the ssh program; it asks the user database for a home.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin canopy \
    && install --directory --owner=canopy --group=canopy --mode=0700 /data
COPY --from=builder /opt/canopy /opt/canopy
ENV PATH=/opt/canopy/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CANOPY_DATA=/data \
    CANOPY_HOST=0.0.0.0
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["canopy", "health"]
ENTRYPOINT ["canopy"]
