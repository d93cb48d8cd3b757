#!/bin/sh
{ # %{target}: a par, one file with its program and libraries, which are loaded in memory. `unzip -l` lists it.
code='%{code}'
for python in "${MEMFD_PAR_PYTHON-}" %{candidates}; do
  if command -v "$python" >/dev/null 2>&1; then exec "$python" %{flags}-c "$code" "$0" "$@"; fi
  if [ -n "${MEMFD_PAR_PYTHON-}" ]; then break; fi
done
echo "memfd_par: $0 needs CPython %{version}, and there is no ${MEMFD_PAR_PYTHON:-%{names}} on this machine. \
Install CPython %{version} and put it on the PATH as python%{version}, or name it in MEMFD_PAR_PYTHON." >&2
exit 1
}
