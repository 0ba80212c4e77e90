/** What the global set-up of a run hands to its specs. */
export interface TestKafka {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Administrator's URL of the run's PostgreSQL; a spec makes its own database by `testDatabase()`. */
    postgresUrl: string;
    /** Brokers and registry of the run, null where there is no Kafka. */
    kafka: TestKafka | null;
  }
}
