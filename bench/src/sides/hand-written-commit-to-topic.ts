import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../harness/side.ts';
import { keyName } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { commitToTopic, type CommitToTopicParams } from './parts/commit-to-topic.ts';
import { PEER_TABLE } from './parts/outbox.ts';
import { OutboxPoller } from './parts/outbox-poller.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

const CONNECTIONS = 8;

export interface HandWrittenParams extends CommitToTopicParams, StoringParams {
  /** Between two looks at an empty outbox, in ms. */
  readonly pollMs: number;
}

/** An outbox by hand: a row a transaction, a poller that sleeps where it found nothing. */
export async function run(params: HandWrittenParams): Promise<Measured> {
  const { parts, schema, topic, pollMs } = params;
  const workload = workloadOf(params.workload);
  const client = await connected(params);
  await client.query(PEER_TABLE);
  const pool = new pg.Pool({
    connectionString: parts.postgresUrl,
    max: CONNECTIONS,
    options: `-c search_path=${schema}`,
  });
  const poller = await OutboxPoller.open(client, params);
  let ended = false;
  const polling = (async () => {
    while (!ended) if ((await poller.move()) === 0) await delay(pollMs);
  })();
  const commit = (index: number) =>
    pool.query({
      name: 'append',
      text: `insert into outbox (id, aggregatetype, aggregateid, type, payload, key, headers, shard)
        values (gen_random_uuid(), $1, $2, 'bench.order.created', $3, $4, '[]', 0)`,
      values: [
        topic,
        keyName(workload.keyOf[index] as number),
        Buffer.from(JSON.stringify({ index })),
        Buffer.from(keyName(workload.keyOf[index] as number)),
      ],
    });
  const measured = await commitToTopic(params, commit, (value) => JSON.parse(value.toString()).index);
  ended = true;
  await polling;
  await poller.close();
  await pool.end();
  await client.end();
  return measured;
}
