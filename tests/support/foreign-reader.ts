import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestKafka } from '@/testing/provided-context';
import { eventually } from '@/testing/eventually';

/** An event as somebody else's program saw it in the log. */
export interface ForeignEvent {
  readonly type: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: number;
}

const EMBEDDED_READER = resolve(import.meta.dirname, 'foreign-reader.embedded.mjs');
const SHOP_TOPICS =
  '(user|order|payment|inventory|product|cart|shipping|notification|analytics|audit)-events';

/**
 * Reads the whole log in a process that shares no code with the product: Kafka's own console consumer, or a few lines
 * of SQL for the embedded log. What it has not seen did not happen.
 */
export class ForeignReader {
  private readonly seen: ForeignEvent[] = [];
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (text: Buffer) => {
      this.output = (this.output + text.toString()).slice(-4_000);
    });
  }

  static ofEmbedded(databaseUrl: string): ForeignReader {
    const child = spawn(process.execPath, [EMBEDDED_READER, databaseUrl], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const reader = new ForeignReader(child);
    reader.lines((line) => JSON.parse(line) as ForeignEvent);
    return reader;
  }

  static ofKafka(kafka: TestKafka): ForeignReader {
    const properties = [
      'print.headers=true',
      'print.key=true',
      'print.partition=true',
      'print.offset=true',
      'print.value=false',
    ];
    const child = spawn(
      kafkaCommand('kafka-console-consumer'),
      [
        ...['--bootstrap-server', kafka.brokers.join(','), '--include', SHOP_TOPICS, '--from-beginning'],
        ...['--consumer-property', 'metadata.max.age.ms=1000'],
        ...properties.flatMap((property) => ['--property', property]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const reader = new ForeignReader(child);
    reader.lines(ofConsoleLine);
    return reader;
  }

  events(): readonly ForeignEvent[] {
    return this.seen;
  }

  /** Types of the events with this key, in the order of the log. */
  typesOf(key: string): readonly string[] {
    return this.seen.filter((event) => event.key === key).map((event) => event.type);
  }

  async waitFor(type: string, key: string, withinMs = 30_000): Promise<ForeignEvent> {
    return eventually(() => this.seen.find((event) => event.type === type && event.key === key), {
      withinMs,
      what: `${type} of ${key} in the log; the reader has seen ${JSON.stringify(this.typesOf(key))}`,
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify(this.typesOf(key))}\n${this.output}`, {
        cause: error,
      });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await ended;
  }

  private lines(read: (line: string) => ForeignEvent | undefined): void {
    if (!this.child.stdout) throw new Error('The reader has no output.');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const event = read(line);
      if (event) this.seen.push(event);
    });
  }
}

/** Kafka's command line as `scripts/kafka-local.sh` made it for this run, else the one on the path. */
export function kafkaCommand(name: string): string {
  const directory = process.env['TEST_KAFKA_DIR'];
  return directory === undefined ? name : join(directory, 'bin', name);
}

/** `Partition:2 <tab> Offset:7 <tab> name:value,name:value <tab> key`; anything else is a message to a person. */
export function ofConsoleLine(line: string): ForeignEvent | undefined {
  const fields = line.split('\t');
  const partition = /^Partition:(\d+)$/.exec(fields.find((field) => field.startsWith('Partition:')) ?? '');
  const offset = /^Offset:(\d+)$/.exec(fields.find((field) => field.startsWith('Offset:')) ?? '');
  const type = /(?:^|,)ce_type:([^,\t]+)/.exec(fields.find((field) => field.includes('ce_type:')) ?? '');
  if (!partition?.[1] || !offset?.[1] || !type?.[1]) return undefined;
  return {
    type: type[1],
    key: fields.at(-1) ?? '',
    partition: Number(partition[1]),
    offset: Number(offset[1]),
  };
}
