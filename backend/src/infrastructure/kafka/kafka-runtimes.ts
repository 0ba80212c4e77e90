import type { KafkaRuntime } from './kafka-runtime';

/** The runtimes of this process, one per service, for health and metrics. */
export class KafkaRuntimes {
  private readonly running = new Set<KafkaRuntime>();

  add(runtime: KafkaRuntime): void {
    this.running.add(runtime);
  }

  all(): readonly KafkaRuntime[] {
    return [...this.running];
  }
}
