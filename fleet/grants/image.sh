#!/usr/bin/env bash
# Builds the grants service's image: image.sh VERSION [NAME]. Prints the image's id, which is its digest.
# The program is linked statically, so the image needs no other beneath it and no registry is asked.
set -euo pipefail
version=${1:?which version? image.sh 2.0.0}
name=${2:-grants}
[[ $version =~ ^[A-Za-z0-9._+-]{1,64}$ ]] || { echo "error: \`$version\` is no version" >&2; exit 2; }
cd "$(dirname "$0")/../.."

target="$(uname -m)-unknown-linux-gnu"
# With a target named, programs that run during the build are not linked so: some of them cannot be.
RUSTFLAGS="-C target-feature=+crt-static" cargo build --quiet --release --locked --target "$target" -p grants
folder=$(cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
program="$folder/$target/release/grants"

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir "$context/data"
cp "$program" "$context/grants"
cp /etc/ssl/certs/ca-certificates.crt "$context/ca-certificates.crt"
docker build --quiet --build-arg VERSION="$version" --tag "$name:${version//+/-}" \
  --file fleet/grants/Dockerfile "$context"
