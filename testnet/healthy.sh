#!/bin/sh
# Healthy is a node whose height rose since the last look.
set -eu
last=/tmp/last-height
height=$(curl -fsS --max-time 4 http://127.0.0.1:26657/status |
    sed -n 's/.*"latest_block_height": *"\([0-9]*\)".*/\1/p')
before=$(cat "$last" 2>/dev/null || echo 0)
echo "$height" > "$last"
test "$height" -gt "$before"
