#!/usr/bin/env bash
# A Kafka cluster on this machine without Docker; see usage below.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(dirname "$HERE")"
LOCAL="$HERE/kafka/local"
for part in settings.sh process.sh install.sh brokers.sh registry.sh commands.sh; do
  # shellcheck source=/dev/null
  source "$LOCAL/$part"
done

usage() {
  cat <<TEXT
usage: scripts/kafka-local.sh COMMAND
  up                        start what is not running, wait until it is ready, print the PATH line
  down                      end everything this directory's cluster started
  status                    one line for each part; exit status 1 unless all of them are ready
  stop-broker N [--kill]    end one broker (1 to $KAFKA_NODES), with --kill without warning
  start-broker N            start it again and wait until it is ready
  install                   only fetch the jars

environment: KAFKA_LOCAL_DIR ($KAFKA_DIR), KAFKA_LOCAL_PORT_BASE ($PORT_BASE),
  KAFKA_LOCAL_CONTROLLER_PORT_BASE ($CONTROLLER_PORT_BASE), KAFKA_LOCAL_REGISTRY_PORT ($REGISTRY_PORT),
  KAFKA_LOCAL_LIBS ($LIBS_DIR), KAFKA_LOCAL_WAIT_SECONDS ($WAIT_SECONDS)
TEXT
}

up() {
  require_tools
  install_parts
  with_lock start_all
  say "Kafka is ready: $(broker_list), registry http://localhost:$REGISTRY_PORT, logs in $LOG_DIR."
  echo "export PATH=\"$BIN_DIR:\$PATH\""
}

start_all() {
  local node
  write_commands
  for ((node = 1; node <= KAFKA_NODES; node++)); do start_broker "$node"; done
  start_registry
  await_brokers
  await_registry
}

down() {
  with_lock stop_all
  say 'Kafka is down.'
}

stop_all() {
  stop_registry
  stop_brokers
}

status() {
  local node failed=0
  for ((node = 1; node <= KAFKA_NODES; node++)); do broker_status "$node" || failed=1; done
  registry_status || failed=1
  return "$failed"
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  status) status ;;
  install) require_tools && install_parts ;;
  stop-broker) require_node_number "${2:-}" && with_lock stop_broker "$2" "${3:-}" ;;
  start-broker)
    require_node_number "${2:-}"
    require_tools
    install_parts
    with_lock start_broker "$2"
    await_broker "$2"
    ;;
  -h | --help | help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
