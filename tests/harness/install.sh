#!/bin/sh
# What `make test` and `make prove` need from the system: installed by apt where we are root on Debian, named elsewhere.
set -u
missing=
need() { # need PACKAGE COMMAND...: PACKAGE is missing unless one of the commands is there
    package=$1 && shift
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 && return
        for file in /usr/lib/postgresql/*/bin/"$command"; do [ -x "$file" ] && return; done
    done
    missing="$missing $package"
}
need chromium chromium
need firefox-esr firefox-esr
need postgresql initdb
need redis-server redis-server
need coturn turnserver
need iproute2 ip
need iptables iptables
need nodejs node
need npm npm
need espeak-ng espeak-ng
need poppler-utils pdftotext pdftoppm
python=${PYTHON:-python3}
"$python" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
library() { # library PACKAGE FILE: PACKAGE is missing unless the file can be loaded
    "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$2" 2>/dev/null || missing="$missing $1"
}
library libpango-1.0-0 libpango-1.0.so.0
library libpangoft2-1.0-0 libpangoft2-1.0.so.0
library libharfbuzz-subset0 libharfbuzz-subset.so.0
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "make test needs these programs (by their Debian names):$missing" >&2
    exit 1
fi
echo "Installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=400 update \
    && apt-get -qq -o DPkg::Lock::Timeout=400 install -y --no-install-recommends $missing >/dev/null \
    || { echo "apt could not install:$missing" >&2; exit 1; }
