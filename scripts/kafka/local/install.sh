# shellcheck shell=bash
# The jars come from Maven once. A directory appears under its final name only when it is whole, so an
# interrupted or a concurrent installation leaves nothing half done.

KAFKA_LIBS="$LIBS_DIR/kafka-$(cksum <"$LOCAL/pom.xml" | cut -d' ' -f1)"
REGISTRY_LIBS="$LIBS_DIR/registry-$APICURIO_VERSION"

install_parts() {
  install_once "$KAFKA_LIBS" 'Kafka (about 60 MB)' \
    -f "$LOCAL/pom.xml" dependency:copy-dependencies -DoutputDirectory=OUTPUT
  install_once "$REGISTRY_LIBS" 'the schema registry (about 140 MB)' \
    -f "$LOCAL/pom.xml" dependency:copy -DoutputDirectory=OUTPUT \
    "-Dartifact=io.apicurio:apicurio-registry-app:$APICURIO_VERSION:tar.gz:all"
}

# install_once DIRECTORY WHAT MAVEN_ARGUMENTS...; OUTPUT in an argument stands for the directory being filled.
install_once() {
  local target="$1" what="$2" partial
  shift 2
  [[ -d "$target" ]] && return
  mkdir -p "$LIBS_DIR"
  partial="$(mktemp -d "$LIBS_DIR/partial.XXXXXX")"
  say "Fetching $what ..."
  if ! (cd "$partial" && mvn -q -B -Dstyle.color=never "${@//OUTPUT/$partial}" >&2); then
    rm -rf "$partial"
    fail "Maven could not fetch $what; its message is above."
  fi
  local archive
  for archive in "$partial"/*.tar.gz; do
    [[ -e "$archive" ]] || continue
    tar -xzf "$archive" -C "$partial"
    rm "$archive"
  done
  if [[ -d "$target" ]]; then rm -rf "$partial"; else mv "$partial" "$target"; fi
}
