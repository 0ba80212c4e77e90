import { CompressionTypes, Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import type { Client } from 'pg';
import type { SideParams } from './side-params.ts';

const BATCH = 500;

/** The relay one writes by hand: lock the oldest rows, send them in one batch, delete them, commit. */
export class OutboxPoller {
  private readonly producer: Producer;
  private readonly client: Client;

  private constructor(client: Client, producer: Producer) {
    this.client = client;
    this.producer = producer;
  }

  static async open(client: Client, { parts }: SideParams): Promise<OutboxPoller> {
    const kafka = new Kafka({ clientId: 'bench', brokers: [...parts.brokers], logLevel: logLevel.ERROR });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    return new OutboxPoller(client, producer);
  }

  /** Answers how many rows it moved. */
  async move(): Promise<number> {
    await this.client.query('begin');
    const { rows } = await this.client.query({
      name: 'oldest',
      text: `select seq, aggregatetype as topic, payload, key, headers from outbox
        order by seq limit ${BATCH} for update skip locked`,
    });
    if (rows.length > 0) {
      const messages = Map.groupBy(rows, ({ topic }) => topic as string);
      await this.producer.sendBatch({
        acks: -1,
        compression: CompressionTypes.GZIP,
        topicMessages: [...messages].map(([topic, those]) => ({ topic, messages: those.map(messageOf) })),
      });
      await this.client.query({
        name: 'delete',
        text: 'delete from outbox where seq = any($1::bigint[])',
        values: [rows.map(({ seq }) => seq)],
      });
    }
    await this.client.query('commit');
    return rows.length;
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}

function messageOf(row: { payload: Buffer; key: Buffer; headers: [string, string][] }): Message {
  return { key: row.key, value: row.payload, headers: Object.fromEntries(row.headers) };
}
