#!/bin/sh
# Prints the Python to build .venv with: $PYTHON if set, else the first that fits of the usual names.
# It must be 3.11 or later and have venv and ensurepip; otherwise says what to install, and fails.

too_old=
incomplete=
try() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || return 1
    if ! "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        too_old="$too_old $1 is $version."
    elif ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        incomplete=$version
    else
        echo "$1"
        exit 0
    fi
}

if [ -n "$PYTHON" ]; then
    try "$PYTHON"
else
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        try "$name"
    done
fi

exec >&2
if [ -n "$incomplete" ]; then
    echo "Python $incomplete is here, but without its module venv (or ensurepip). Install it:"
    echo "  Debian, Ubuntu:  sudo apt-get install python$incomplete-venv"
else
    echo "Python 3.11 or later is needed.${too_old:- None was found${PYTHON:+ at $PYTHON}.} Install it:"
    echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv"
    echo "  Fedora:          sudo dnf install python3"
    echo "  macOS:           brew install python"
fi
echo "or name another one: make PYTHON=/path/to/python3 …"
exit 1
