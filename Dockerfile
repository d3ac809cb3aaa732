# One image for the web server, the worker and the migrations (see docker-compose.yml).

# -- Front-end packages ------------------------------------------------------------------------------------------------
FROM node:22-bookworm-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The embedded PostgreSQL is an optional dependency and has no place in an image.
RUN npm ci --omit=optional --no-progress

# -- Python packages ---------------------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt requirements/s3.txt /build/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        -r /build/base.txt -r /build/s3.txt

# -- The product -------------------------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS product
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libmagic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin dossier \
    && install -d -o dossier -g dossier /media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    MEDIA_ROOT=/media
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Vendored files, messages and static files are made once, here. The keys and the database address serve this step
# alone and are not used: collecting files needs settings, not data.
RUN --mount=type=bind,from=front-end,source=/build/node_modules,target=/app/node_modules \
    python bin/vendor.py \
    && python bin/messages.py compile \
    && SECRET_KEY=only-for-building FIELD_ENCRYPTION_KEYS=b25seS1mb3ItYnVpbGRpbmctLS0tLS0tLS0tLS0tLS0= \
        DATABASE_URL=postgres:///none python manage.py collectstatic --noinput --verbosity=0 \
    && python -m compileall -q -x "node_modules|static" .
USER dossier
EXPOSE 8000
VOLUME /media
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "bin/healthy.py"]
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--worker-tmp-dir=/dev/shm", \
     "--no-control-socket"]
