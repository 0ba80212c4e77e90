# shellcheck shell=bash
# Processes are known by a pid file and by a mark in their command line, so that a pid that was given to another
# program since is never taken for ours.

pid_file() { echo "$RUN_DIR/$1.pid"; }
mark_of() { echo "kafka-local:$KAFKA_DIR:$1"; }

# Prints the pid of a running part, fails when it does not run.
running_pid() {
  local file pid
  file="$(pid_file "$1")"
  [[ -f "$file" ]] || return 1
  pid="$(<"$file")"
  [[ -n "$pid" ]] || return 1
  ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF -- "$(mark_of "$1")" || return 1
  echo "$pid"
}

# launch NAME COMMAND...: in a session of its own, so that Ctrl-C at the terminal does not reach it.
launch() {
  local name="$1"
  shift
  if command -v setsid >/dev/null; then
    setsid "$@" >>"$LOG_DIR/$name.out" 2>&1 </dev/null &
  else
    nohup "$@" >>"$LOG_DIR/$name.out" 2>&1 </dev/null &
  fi
  echo "$!" >"$(pid_file "$name")"
}

# await_exit PID SECONDS
await_exit() {
  local deadline=$((SECONDS + $2))
  while kill -0 "$1" 2>/dev/null; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# end_part NAME GRACE_SECONDS: asks, waits, and ends it hard when it does not go.
end_part() {
  local name="$1" grace="$2" pid
  if pid="$(running_pid "$name")"; then
    kill -TERM "$pid" 2>/dev/null || true
    if ! await_exit "$pid" "$grace"; then
      kill -KILL "$pid" 2>/dev/null || true
      await_exit "$pid" 10 || fail "$name (pid $pid) does not end."
    fi
  fi
  rm -f "$(pid_file "$name")"
}

# with_lock COMMAND...: one change of this directory's cluster at a time.
with_lock() {
  local lock="$RUN_DIR/lock" owner deadline=$((SECONDS + WAIT_SECONDS))
  until mkdir "$lock" 2>/dev/null; do
    owner="$(cat "$lock/pid" 2>/dev/null || true)"
    if [[ -n "$owner" ]] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$lock"
      continue
    fi
    ((SECONDS < deadline)) || fail "another kafka-local.sh (pid ${owner:-unknown}) holds $lock."
    sleep 0.1
  done
  echo "$$" >"$lock/pid"
  # shellcheck disable=SC2064
  trap "rm -rf '$lock'" EXIT
  "$@"
  rm -rf "$lock"
  trap - EXIT
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# tail_of NAME: the end of its output, for an error message.
tail_of() { tail -n 15 "$LOG_DIR/$1.out" >&2 2>/dev/null || true; }
