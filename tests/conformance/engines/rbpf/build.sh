#!/bin/sh
# Builds the harness against a built rbpf: build.sh FOLDER OUTPUT, with FOLDER/librbpf.rlib and FOLDER/deps, as
# `cargo build --release` leaves them in target/release. RBPF_VERSION is what the report says.
set -eu
folder=$1
output=$2
here=$(dirname "$0")
${RUSTC:-rustc} --edition 2021 -O --extern rbpf="$folder/librbpf.rlib" -L dependency="$folder/deps" \
  "$here/engine.rs" -o "$output"
