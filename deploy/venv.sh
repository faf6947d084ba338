#!/bin/sh
# Makes the virtual environment $1 with the first Python 3.11 or newer that is found, or says in one line what is missing.
set -u
venv=$1
found= old=
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then found=$python && break; fi
    old=$version
done
if [ -z "$found" ]; then
    echo "Ringwise needs Python 3.11 or newer${old:+ (found only $old)}. Install it, or name it: make run PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if ! "$found" -c 'import venv, ensurepip' 2>/dev/null || ! "$found" -m venv "$venv" >/dev/null 2>&1; then
    rm -rf "$venv"
    echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2
    exit 1
fi
