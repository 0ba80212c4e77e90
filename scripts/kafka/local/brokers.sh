# shellcheck shell=bash
# Combined brokers and controllers, numbered from 1.

broker_port() { echo $((PORT_BASE + $1 - 1)); }
controller_port() { echo $((CONTROLLER_PORT_BASE + $1 - 1)); }

join_nodes() {
  local node separator=''
  for ((node = 1; node <= KAFKA_NODES; node++)); do
    printf '%s%s' "$separator" "$("$1" "$node")"
    separator=','
  done
}
broker_address() { echo "localhost:$(broker_port "$1")"; }
voter() { echo "$1@localhost:$(controller_port "$1")"; }
broker_list() { join_nodes broker_address; }

cluster_id() {
  local file="$KAFKA_DIR/cluster-id"
  [[ -s "$file" ]] || "$NODE_BINARY" -p 'crypto.randomBytes(16).toString("base64url")' >"$file"
  cat "$file"
}

write_broker_config() {
  local node="$1" config="$KAFKA_DIR/broker-$1.properties"
  {
    echo "node.id=$node"
    echo 'process.roles=broker,controller'
    echo "controller.quorum.voters=$(join_nodes voter)"
    echo "listeners=PLAINTEXT://127.0.0.1:$(broker_port "$node"),CONTROLLER://127.0.0.1:$(controller_port "$node")"
    echo "advertised.listeners=PLAINTEXT://localhost:$(broker_port "$node")"
    echo "log.dirs=$KAFKA_DIR/data/broker-$node"
    cat "$LOCAL/broker.properties"
  } >"$config"
  echo "$config"
}

start_broker() {
  local node="$1" name="broker-$1" config
  if running_pid "$name" >/dev/null; then return; fi
  local port
  for port in "$(broker_port "$node")" "$(controller_port "$node")"; do
    if port_in_use "$port"; then fail "port $port is taken by another program; KAFKA_LOCAL_PORT_BASE moves the cluster."; fi
  done
  config="$(write_broker_config "$node")"
  if [[ ! -f "$KAFKA_DIR/data/$name/meta.properties" ]]; then
    java -cp "$KAFKA_LIBS/*" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      "-Dlog4j2.configurationFile=$LOCAL/log4j2-tools.properties" \
      kafka.tools.StorageTool format -t "$(cluster_id)" -c "$config" >"$LOG_DIR/$name.format" 2>&1 ||
      { cat "$LOG_DIR/$name.format" >&2; fail "the storage of $name could not be prepared."; }
  fi
  launch "$name" java "-Xms$BROKER_HEAP" "-Xmx$BROKER_HEAP" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -XX:+ExitOnOutOfMemoryError "-Dkafka.local=$(mark_of "$name")" "-Dkafka.log.file=$LOG_DIR/$name.log" \
    "-Dlog4j2.configurationFile=$LOCAL/log4j2-broker.properties" \
    -cp "$KAFKA_LIBS/*" kafka.Kafka "$config"
}

# A broker counts as ready when it answers clients and knows all the brokers that run.
await_broker() {
  local name="broker-$1" pid
  pid="$(running_pid "$name")" || { tail_of "$name"; fail "$name does not run."; }
  "$NODE_BINARY" "$LOCAL/await-brokers.mjs" --pid "$pid" --known "$(running_brokers)" --seconds "$WAIT_SECONDS" \
    "127.0.0.1:$(broker_port "$1")" || { tail_of "$name"; fail "$name did not become ready."; }
}

await_brokers() {
  local node
  for ((node = 1; node <= KAFKA_NODES; node++)); do await_broker "$node"; done
}

running_brokers() {
  local node count=0
  for ((node = 1; node <= KAFKA_NODES; node++)); do
    if running_pid "broker-$node" >/dev/null; then count=$((count + 1)); fi
  done
  echo "$count"
}

stop_broker() {
  local pid
  if [[ "${2:-}" == --kill ]] && pid="$(running_pid "broker-$1")"; then
    kill -KILL "$pid"
    await_exit "$pid" 10
  fi
  end_part "broker-$1" 30
}

# All together. The last one finds no quorum any more to which it could hand over its partitions and would wait for
# minutes, so it is not waited for; what it acknowledged is in the operating system's hands already.
stop_brokers() {
  local node pid
  for ((node = 1; node <= KAFKA_NODES; node++)); do
    if pid="$(running_pid "broker-$node")"; then kill -TERM "$pid" 2>/dev/null || true; fi
  done
  local deadline=$((SECONDS + 5))
  while (($(running_brokers) > 1 && SECONDS < deadline)); do sleep 0.1; done
  for ((node = 1; node <= KAFKA_NODES; node++)); do end_part "broker-$node" 1; done
}

broker_status() {
  local name="broker-$1" pid
  if ! pid="$(running_pid "$name")"; then
    echo "$name $(broker_address "$1") down"
    return 1
  fi
  if "$NODE_BINARY" "$LOCAL/await-brokers.mjs" --known 1 --seconds 3 "127.0.0.1:$(broker_port "$1")" 2>/dev/null; then
    echo "$name $(broker_address "$1") ready (pid $pid)"
  else
    echo "$name $(broker_address "$1") not ready (pid $pid)"
    return 1
  fi
}
