#!/bin/sh
# Builds the benchmarks' objects as examples/build.sh builds the examples: same compiler, same flags.
set -eu
cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
strip=${LLVM_STRIP:-llvm-strip-19}
include=/usr/include/$(uname -m)-linux-gnu

for source in *.c; do
	object=${source%.c}.o
	"$clang" -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror \
		-fdebug-compilation-dir=. -I"$include" -c "$source" -o "$object"
	"$strip" -g "$object"
done
