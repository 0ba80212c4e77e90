#!/usr/bin/env bash
# Topics, schemas and a proof that the cluster works; `--help` tells. The work is done by backend/src/cli/kafka-setup.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node scripts/prepare.mjs --build >&2
exec node_modules/.bin/node backend/dist/cli/kafka-setup.js "$@"
