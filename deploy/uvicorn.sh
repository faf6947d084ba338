#!/bin/sh
# Serves the site on uvicorn in place of `manage.py serve --no-worker`, which is Daphne: sh deploy/uvicorn.sh --port 8000
# Needs requirements-uvicorn.txt; PYTHON says where that is installed. The work is done by `manage.py worker`, with REDIS_URL.
set -eu
cd "$(dirname "$0")/.."
ulimit -n "$(ulimit -H -n)" # a socket for each open page
# Frames as they come: compressing them costs several times what relaying them does. The people's addresses are read by the
# site itself (TRUSTED_PROXY_COUNT), and so is whether they came by https. Pings are the site's own.
exec "${PYTHON:-.venv/bin/python}" -m uvicorn marketplace.asgi:application --ws websockets-sansio \
    --ws-per-message-deflate false --ws-max-size 1048576 --ws-ping-interval 0 --no-proxy-headers --no-server-header \
    --lifespan on --no-access-log --log-level warning --timeout-graceful-shutdown 2 "$@"
