#!/bin/sh
# Print a Python that tftutor runs on and the requirement of a CPU build of torch for it, when one
# lies in a local folder of PIP_FIND_LINKS; fail otherwise. Nothing is downloaded: what an index
# calls torch may be the CUDA build, with gigabytes of libraries.
set -u
cd "$(dirname "$0")/.."

machine=$(uname -m)
found=$(sh tools/find_python.sh --all | while read -r python; do
    tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])') || continue
    for place in ${PIP_FIND_LINKS:-}; do
        place=${place#file://}
        for wheel in "$place"/torch-*+cpu-"$tag"-"$tag"-*"$machine".whl; do
            [ -f "$wheel" ] || continue
            version=${wheel##*/torch-}
            echo "$python"
            echo "torch==${version%%-*}"
            exit
        done
    done
done)
[ -n "$found" ] && echo "$found"
