# Two images: `app` runs every Python process (which one says its command), `proxy` stands in front.

FROM caddy:2-alpine AS proxy
RUN adduser -D -H -u 10001 study && chown -R study /data /config
COPY docker/Caddyfile /etc/caddy/Caddyfile
USER study
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["wget", "-q", "--spider", "http://127.0.0.1:2020/"]


FROM python:3.11-slim AS app
# Everything comes in wheels: nothing is compiled, and no system package is needed.
RUN useradd --uid 10001 --no-create-home study \
    && install -d -o study -g study /data
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# The root file system may be read-only: libraries keep their caches in /tmp.
# One thread for each process; more of them only get into one another's way.
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    NUMBA_CACHE_DIR=/tmp/numba \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles
COPY . .
# Settings for this one command: static files need names by content, which PRODUCTION gives them.
RUN PRODUCTION=1 ALLOWED_HOSTS=build DATABASE_URL=postgres://none/none REDIS_URL=redis://none \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .
USER study
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "docker/healthy.py"]
CMD ["gunicorn", "studyproject.wsgi", "--bind", "0.0.0.0:8000", "--threads", "8", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
