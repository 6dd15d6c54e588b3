#!/usr/bin/env bash
# Makes the base images that testnet/Dockerfile names, for a machine that cannot pull them: Debian by debootstrap, and the
# toolchains installed here laid over it. Where a registry can be reached this is not needed.
set -euo pipefail

release=bookworm
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1)
mirror=${mirror:-$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' /etc/apt/sources.list)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v debootstrap >/dev/null || apt-get install -y debootstrap
echo "base images: Debian $release"
debootstrap --variant=minbase --include=ca-certificates "$release" "$work/debian" "$mirror" >"$work/log" || { tail "$work/log"; exit 1; }
# the mirror and proxy settings of this machine hold inside too
rm -f "$work/debian/etc/apt/sources.list"
cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$work/debian/etc/apt/" 2>/dev/null || true
cp -r /usr/local/share/ca-certificates "$work/debian/usr/local/share/" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$work/debian/etc/ssl/certs/ca-certificates.crt"
tar -C "$work/debian" -c . | docker import - "debian:$release-slim"

echo "base images: Go"
cat >"$work/golang" <<EOF
FROM debian:$release-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && mkdir -p /go/bin
COPY . /usr/local/go
ENV GOPATH=/go GOTOOLCHAIN=local PATH=/usr/local/go/bin:/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
$(go env GOPROXY GOSUMDB GONOSUMDB GOFLAGS | paste -d'|' -s | awk -F'|' '{ printf "ENV GOPROXY=%s GOSUMDB=%s GONOSUMDB=\"%s\" GOFLAGS=\"%s\"\n", $1, $2, $3, $4 }')
EOF
docker build -t golang:1.26-bookworm -f "$work/golang" "$(go env GOROOT)"

echo "base images: Rust"
sysroot=$(rustc --print sysroot)
mkdir "$work/rust"
cp -r "$sysroot" "$work/rust/toolchain"
rm -rf "$work/rust/toolchain/share/doc"
mkdir "$work/rust/cargo"
cp "${CARGO_HOME:-$HOME/.cargo}"/config.toml "$work/rust/cargo/" 2>/dev/null || touch "$work/rust/cargo/config.toml"
cat >"$work/rust/Dockerfile" <<EOF
FROM debian:$release-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libc6-dev make pkg-config
COPY toolchain /usr/local
COPY cargo /usr/local/cargo
ENV CARGO_HOME=/usr/local/cargo
EOF
docker build -t rust:1.95-bookworm "$work/rust"
docker image ls --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | grep -E 'debian|golang|rust'
