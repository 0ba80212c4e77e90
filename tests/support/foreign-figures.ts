import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestKafka } from '@/testing/provided-context';
import { kafkaCommand } from './foreign-reader';

const execute = promisify(execFile);

/** What the log's own tools say of the shop's groups and topics. */
export interface ForeignFigures {
  readonly lag: number;
  readonly members: number;
  /** Records ever appended to the shop's topics. */
  readonly records: number;
}

/** Other applications may have groups under the same base. */
export const OUR_GROUP =
  /^ecommerce-consumers(\.(gateway|auth|product|cart|order|payment|inventory|shipping|notification|analytics))?$/;
const OUR_TOPICS =
  '(user|order|payment|inventory|product|cart|shipping|review|promotion|notification|analytics|audit)-events';

/** By Kafka's own commands: `kafka-consumer-groups --describe` and `kafka-get-offsets`. */
export async function figuresOfKafka(kafka: TestKafka): Promise<ForeignFigures> {
  const at = ['--bootstrap-server', kafka.brokers.join(',')];
  const [lags, members, offsets] = await Promise.all([
    run('kafka-consumer-groups', [...at, '--describe', '--all-groups']),
    run('kafka-consumer-groups', [...at, '--describe', '--all-groups', '--members']),
    run('kafka-get-offsets', [...at, '--topic-partitions', OUR_TOPICS]).catch(() =>
      run('kafka-get-offsets', [...at, '--topic', OUR_TOPICS]),
    ),
  ]);
  const ours = (output: string) => table(output).filter(({ GROUP }) => OUR_GROUP.test(GROUP ?? ''));
  return {
    lag: ours(lags).reduce((sum, { LAG }) => sum + (LAG === '-' ? 0 : Number(LAG)), 0),
    members: ours(members).length,
    records: offsets
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split(':').at(-1) ?? 0), 0),
  };
}

/** By a few lines of SQL. */
export async function figuresOfEmbedded(databaseUrl: string): Promise<ForeignFigures> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ lag: string; members: string; records: string }>(`
      select
        (select coalesce(sum(next - committed), 0) from log.group_offset join log.head using (topic, partition)) as lag,
        (select count(*) from log.group_member where lease_until > clock_timestamp()) as members,
        (select sum(next) from log.head) as records`);
    const [row] = rows;
    return { lag: Number(row?.lag), members: Number(row?.members), records: Number(row?.records) };
  } finally {
    await client.end();
  }
}

async function run(command: string, args: readonly string[]): Promise<string> {
  return (await execute(kafkaCommand(command), args, { maxBuffer: 16_000_000 })).stdout;
}

/** Kafka's describe output: blocks with a header line each, columns divided by blanks. */
function table(output: string): Record<string, string>[] {
  let header: string[] = [];
  return output.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === 'GROUP') header = fields;
    if (fields[0] === 'GROUP' || fields.length < header.length || header.length === 0) return [];
    return [Object.fromEntries(header.map((name, index) => [name, fields[index] ?? '']))];
  });
}
