# shellcheck shell=bash
# Apicurio Registry with a database in a file, so that schema ids outlive a restart, and a proxy that puts its
# Confluent-compatible API at the root of REGISTRY_PORT.

start_registry() {
  if ! running_pid registry >/dev/null; then
    if port_in_use "$REGISTRY_INNER_PORT"; then fail "port $REGISTRY_INNER_PORT is taken; KAFKA_LOCAL_REGISTRY_INNER_PORT moves the registry."; fi
    local database="$KAFKA_DIR/data/registry/registry"
    mkdir -p "$(dirname "$database")"
    REGISTRY_DATASOURCE_URL="jdbc:h2:file:$database;DB_CLOSE_ON_EXIT=FALSE" \
      QUARKUS_DATASOURCE_JDBC_MIN_SIZE=2 QUARKUS_DATASOURCE_JDBC_INITIAL_SIZE=2 QUARKUS_DATASOURCE_JDBC_MAX_SIZE=10 \
      launch registry java "-Xmx$REGISTRY_HEAP" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      "-Dkafka.local=$(mark_of registry)" -Dquarkus.http.host=127.0.0.1 "-Dquarkus.http.port=$REGISTRY_INNER_PORT" \
      -jar "$REGISTRY_LIBS/apicurio-registry-app-$APICURIO_VERSION-runner.jar"
  fi
  if ! running_pid registry-proxy >/dev/null; then
    if port_in_use "$REGISTRY_PORT"; then fail "port $REGISTRY_PORT is taken; KAFKA_LOCAL_REGISTRY_PORT moves the registry."; fi
    launch registry-proxy "$NODE_BINARY" "$LOCAL/registry-proxy.mjs" \
      --port "$REGISTRY_PORT" --to "$REGISTRY_INNER_PORT" --mark "$(mark_of registry-proxy)"
  fi
}

registry_answers() {
  "$NODE_BINARY" -e 'fetch(process.argv[1]).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' \
    "http://127.0.0.1:$REGISTRY_PORT/subjects"
}

await_registry() {
  local deadline=$((SECONDS + WAIT_SECONDS)) part
  until registry_answers; do
    for part in registry registry-proxy; do
      running_pid "$part" >/dev/null || { tail_of "$part"; fail "the $part has ended."; }
    done
    ((SECONDS < deadline)) || { tail_of registry; fail 'the registry did not become ready.'; }
    sleep 0.1
  done
}

stop_registry() {
  end_part registry-proxy 5
  end_part registry 15
}

registry_status() {
  local pid
  if ! pid="$(running_pid registry)"; then
    echo "registry http://localhost:$REGISTRY_PORT down"
    return 1
  elif registry_answers; then
    echo "registry http://localhost:$REGISTRY_PORT ready (pid $pid)"
  else
    echo "registry http://localhost:$REGISTRY_PORT not ready (pid $pid)"
    return 1
  fi
}
