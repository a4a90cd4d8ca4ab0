#!/bin/sh
# Builds the harness against an installed DPDK (Debian: libdpdk-dev): build.sh OUTPUT.
set -eu
output=$1
here=$(dirname "$0")
# shellcheck disable=SC2046 # one word a flag
${CC:-cc} -O2 -g -Wall -Wextra $(pkg-config --cflags libdpdk) "$here/engine.c" -lrte_bpf -lrte_eal -o "$output"
