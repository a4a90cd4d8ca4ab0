#!/bin/sh
# Builds the objects of the examples: the C sources here, with clang 19, against the kernel's UAPI headers and libbpf's
# (Debian: apt install clang-19 llvm-19 libbpf-dev linux-libc-dev). Writes the compiler's version to COMPILER.
# `build.sh DIRECTORY` builds elsewhere, to compare.
set -eu
cd "$(dirname "$0")"
out=${1:-.}
clang=${CLANG:-clang-19}
strip=${LLVM_STRIP:-llvm-strip-19}
include=/usr/include/$(uname -m)-linux-gnu

for source in *.c; do
	object=$out/${source%.c}.o
	"$clang" -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror \
		-fdebug-compilation-dir=. -I"$include" -c "$source" -o "$object"
	# DWARF goes, BTF with its source lines stays.
	"$strip" -g "$object"
done
"$clang" --version | head -n 1 >"$out/COMPILER"
