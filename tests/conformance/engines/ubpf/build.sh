#!/bin/sh
# Builds the harness against an installed uBPF: build.sh PREFIX OUTPUT, with PREFIX/include/ubpf.h and PREFIX/lib/libubpf.a.
# UBPF_VERSION is what the report says.
set -eu
prefix=$1
output=$2
here=$(dirname "$0")
${CC:-cc} -O2 -g -Wall -Wextra -DUBPF_VERSION="\"${UBPF_VERSION:-unknown}\"" \
  -I"$prefix/include" "$here/engine.c" -L"$prefix/lib" -lubpf -lm -lpthread -o "$output"
