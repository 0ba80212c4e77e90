# shellcheck shell=bash
# Where everything is. All of it can be moved, so that tests have a cluster of their own beside the developer's.
KAFKA_NODES=3
PORT_BASE="${KAFKA_LOCAL_PORT_BASE:-9092}"
CONTROLLER_PORT_BASE="${KAFKA_LOCAL_CONTROLLER_PORT_BASE:-$((PORT_BASE + 10000))}"
if [[ "$PORT_BASE" == 9092 ]]; then default_registry_port=8081; else default_registry_port=$((PORT_BASE + 10)); fi
REGISTRY_PORT="${KAFKA_LOCAL_REGISTRY_PORT:-$default_registry_port}"
REGISTRY_INNER_PORT="${KAFKA_LOCAL_REGISTRY_INNER_PORT:-$((REGISTRY_PORT + 10000))}"
WAIT_SECONDS="${KAFKA_LOCAL_WAIT_SECONDS:-120}"

KAFKA_DIR="${KAFKA_LOCAL_DIR:-$ROOT/.data/kafka}"
mkdir -p "$KAFKA_DIR"
KAFKA_DIR="$(cd "$KAFKA_DIR" && pwd)"
# The jars are the same for every cluster of this work tree.
LIBS_DIR="${KAFKA_LOCAL_LIBS:-$ROOT/.data/kafka/libs}"
BIN_DIR="$KAFKA_DIR/bin"
LOG_DIR="$KAFKA_DIR/logs"
RUN_DIR="$KAFKA_DIR/run"
mkdir -p "$BIN_DIR" "$LOG_DIR" "$RUN_DIR"

APICURIO_VERSION=2.5.11.Final
BROKER_HEAP="${KAFKA_LOCAL_BROKER_HEAP:-384m}"
REGISTRY_HEAP="${KAFKA_LOCAL_REGISTRY_HEAP:-192m}"

NODE_BINARY="$ROOT/node_modules/.bin/node"
[[ -x "$NODE_BINARY" ]] || NODE_BINARY=node

# Progress goes to standard error: standard output holds the PATH line, for `eval`.
say() { echo "$*" >&2; }
fail() {
  say "kafka-local: $*"
  exit 1
}

require_tools() {
  local missing=()
  command -v java >/dev/null || missing+=('Java 17 or newer')
  command -v mvn >/dev/null || missing+=('Maven')
  command -v "$NODE_BINARY" >/dev/null || missing+=('Node 20 or newer')
  if ((${#missing[@]})); then
    fail "not found: $(IFS=','; echo "${missing[*]}"). On Debian: apt-get install openjdk-17-jre-headless maven." \
      'Alternatively docker compose -f docker-compose.kafka.yml up -d.'
  fi
  local version
  version="$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')"
  ((${version%%.*} >= 17)) || fail "Java 17 or newer is needed, this is Java $version."
}

require_node_number() {
  [[ "$1" =~ ^[1-9]$ ]] && (($1 <= KAFKA_NODES)) || fail "name a broker from 1 to $KAFKA_NODES, not '$1'."
}
