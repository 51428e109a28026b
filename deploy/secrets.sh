#!/bin/sh
# Prints the secrets that docker-compose.yml asks for and .env lacks, made at random: sh deploy/secrets.sh >> .env
# With the word langfuse also the keys of a Langfuse project, which the stack's Langfuse then makes at its first start.
set -eu
cd "$(dirname "$0")/.."

random() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

add() {
  if ! grep -q "^$1=" .env 2>/dev/null; then echo "$1=$2"; fi
}

for name in TEMPORAL_DB_PASSWORD STORE_DB_PASSWORD LANGFUSE_DB_PASSWORD LANGFUSE_CLICKHOUSE_PASSWORD LANGFUSE_VALKEY_PASSWORD \
  LANGFUSE_STORE_PASSWORD LANGFUSE_SESSION_SECRET LANGFUSE_SALT LANGFUSE_ENCRYPTION_KEY LANGFUSE_USER_PASSWORD; do
  add "STACK_$name" "$(random)"
done

if [ "${1:-}" = langfuse ]; then
  add LANGFUSE_PUBLIC_KEY "pk-lf-$(random)"
  add LANGFUSE_SECRET_KEY "sk-lf-$(random)"
  add LANGFUSE_BASE_URL http://127.0.0.1:3000
fi
