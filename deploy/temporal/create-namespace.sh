#!/bin/sh
# Creates the namespace of the runs, or gives it the retention that is asked for, and ends when it can be used.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where; RETENTION_DAYS, how long a finished run's history is kept.
set -eu

# A new namespace is unknown to the server's other parts until they have read it, some seconds later.
wait_until_usable() {
  for _ in $(seq 30); do
    temporal workflow count --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 && return
    sleep 1
  done
  echo "namespace $TEMPORAL_NAMESPACE cannot be used after 30 seconds" >&2
  return 1
}

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "${RETENTION_DAYS}d"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "${RETENTION_DAYS}d"
fi
wait_until_usable
