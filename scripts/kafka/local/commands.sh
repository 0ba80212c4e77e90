# shellcheck shell=bash
# Kafka's own commands by their usual names, with and without .sh, for a directory on the PATH.

write_commands() {
  write_command kafka-topics org.apache.kafka.tools.TopicCommand
  write_command kafka-configs kafka.admin.ConfigCommand
  write_command kafka-console-producer org.apache.kafka.tools.ConsoleProducer
  write_command kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer
  write_command kafka-consumer-groups org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
  write_command kafka-broker-api-versions org.apache.kafka.tools.BrokerApiVersionsCommand
  write_command kafka-get-offsets org.apache.kafka.tools.GetOffsetShell
  write_command kafka-delete-records org.apache.kafka.tools.DeleteRecordsCommand
  write_command kafka-metadata-quorum org.apache.kafka.tools.MetadataQuorumCommand
  write_command kafka-dump-log org.apache.kafka.tools.DumpLogSegments
}

write_command() {
  local file="$BIN_DIR/$1"
  cat >"$file" <<TEXT
#!/usr/bin/env bash
exec java \${KAFKA_HEAP_OPTS:--Xmx256m} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$KAFKA_LIBS/*" \\
  "-Dlog4j2.configurationFile=$LOCAL/log4j2-tools.properties" $2 "\$@"
TEXT
  chmod +x "$file"
  ln -sf "$1" "$file.sh"
}
