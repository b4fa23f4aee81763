#!/bin/sh
# Sets up Khatshy in .venv of this folder, for `make`: the system's libraries, then Python's packages.
# Usage: installer/setup.sh run|test        Called again, it is done in a moment. It asks nothing.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "$*" >&2; }

# --- the system's libraries (Debian names) -------------------------------------------------------------------------
# Qt's window and its offscreen twin, PortAudio with its way to PulseAudio; for the tests also a sound server for
# virtual microphones, a synthetic voice for new sentences, and poppler as the independent reader of our PDFs.
libraries="python3 python3-venv ca-certificates libportaudio2 libasound2-plugins libegl1 libgl1 libxkbcommon0
  libfontconfig1 libglib2.0-0 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-randr0
  libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1"
[ "$purpose" = test ] && libraries="$libraries git pulseaudio pulseaudio-utils espeak-ng poppler-utils"

if command -v dpkg-query >/dev/null 2>&1; then
  missing=
  for name in $libraries; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
  done
  if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then as_root=
    elif sudo -n true 2>/dev/null; then as_root="sudo -n"
    else
      say "Some libraries of the system are missing and this user may not install them. Please run:"
      say "    sudo apt-get install -y$missing"
      say "and then the same make command again."
      exit 1
    fi
    say "Installing libraries of the system:$missing"
    install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2; }
    { $as_root apt-get update -qq >&2 && install; } || {
      say "The libraries could not be installed. Please run:"
      say "    sudo apt-get install -y$missing"
      exit 1
    }
  fi
else
  say "This is not a Debian system; these libraries are expected to be there: $libraries"
fi

# --- Python and its packages ----------------------------------------------------------------------------------------
python=
for candidate in python3.11 python3.12 python3.13 python3; do
  path=$(command -v "$candidate" 2>/dev/null) || continue
  if "$path" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$path
    break
  fi
done
[ -n "$python" ] || { say "Python 3.11, 3.12 or 3.13 with its venv module is needed: sudo apt-get install -y python3-venv"; exit 1; }

# The stamp says for which packages, which Python and which folder the environment was made.
wanted="$(cat pyproject.toml installer/setup.sh | cksum) $("$python" -V 2>&1) $(pwd)"
stamp=.venv/khatshy-$purpose.stamp
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null || [ "$(cat .venv/khatshy-place 2>/dev/null)" != "$(pwd)" ]; then
  say "Making the virtual environment .venv with $python"
  "$python" -m venv --clear .venv
  pwd > .venv/khatshy-place
fi
say "Installing Python packages (about 300 MB the first time)"
pip() { .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input "$@" >&2; }
pip install --upgrade 'pip>=25.1'
if [ "$purpose" = test ]; then pip install --editable . --group test; else pip install --editable .; fi
# the way back to this folder is written without its name, which no other locale might be able to read
for link in .venv/lib/python*/site-packages/_editable_impl_khatshy.pth; do
  if [ -f "$link" ]; then printf '../../../..\n' > "$link"; fi
done
printf '%s' "$wanted" > "$stamp"
