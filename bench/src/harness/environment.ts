/** Where the parts are that every side talks to. */
export interface Parts {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
}

export function partsOf(environment: NodeJS.ProcessEnv): Parts {
  const needed = (name: string): string => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${name} is not set: start the benches by 'npm run bench'.`);
    return value;
  };
  return {
    brokers: needed('BENCH_KAFKA_BROKERS').split(','),
    registryUrl: needed('BENCH_SCHEMA_REGISTRY_URL'),
    postgresUrl: needed('BENCH_POSTGRES_URL'),
  };
}
