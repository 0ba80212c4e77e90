import { parseArgs } from 'node:util';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { clusterInfo } from '@/infrastructure/kafka/setup/cluster-info';
import { openCluster, setupSettings } from '@/infrastructure/kafka/setup/open-cluster';
import { testCluster } from '@/infrastructure/kafka/setup/test-cluster';
import { setUp } from '@/infrastructure/kafka/setup/set-up';

const USAGE = `usage: scripts/kafka-setup.sh [--test | --info]
  (nothing)  creates the topics that are missing and registers the schemas; reports what differs from the definitions
  --test     waits for the cluster and proves it by a round trip on a temporary topic
  --info     shows topics, consumer groups and their lag
Brokers and registry are those of the environment: KAFKA_BROKERS, KAFKA_BROKER_1..3, SCHEMA_REGISTRY_URL.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await run();

async function run(): Promise<number> {
  let options: { readonly test?: boolean; readonly info?: boolean; readonly help?: boolean };
  try {
    options = parseArgs({
      options: {
        test: { type: 'boolean' },
        info: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return 2;
  }
  if (options.help) {
    say(USAGE);
    return 0;
  }
  try {
    const settings = setupSettings(process.env);
    if (options.test) return await testCluster(settings, say);
    await using transport = await openCluster(settings);
    if (options.info) await clusterInfo(transport.admin, settings, say);
    else await setUp(transport.admin, settings, say);
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    for (const { path, message } of error.faults) process.stderr.write(`  ${path}: ${message}\n`);
    return 1;
  }
}
