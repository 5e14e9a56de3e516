# Two stages: one that installs the pinned dependencies, one that runs them without tools or root.
# The base is pinned by version tag; pin it by digest where your registry can look one up.
FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY app app
COPY webhooks webhooks
COPY sync sync
COPY config config
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Dealgate" \
      org.opencontainers.image.description="Checks a HubSpot portal's deals against the team's qualification policy."
RUN useradd --system --uid 10001 --home-dir /data dealgate && install -d -o dealgate -m 0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEALGATE_HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////data/dealgate.sqlite3 \
    LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"DEALGATE_PORT\", \"8080\")}/healthz', timeout=4)"]
CMD ["dealgate", "serve"]
