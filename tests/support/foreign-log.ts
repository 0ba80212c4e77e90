import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { TestKafka } from '@/testing/provided-context';
import { kafkaCommand, ofConsoleLine } from './foreign-reader';

/** A record as somebody else's program saw it in the log. */
export interface ScannedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly type: string;
}

export interface ForeignRecord {
  readonly topic: string;
  readonly partition: number;
  /** One that the product puts into this partition: not every tool lets the partition be chosen. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** A log, read and written by programs that share no code with the product. */
export interface ForeignLog {
  /** Everything that the topic holds now. */
  scan(topic: string): Promise<readonly ScannedRecord[]>;
  put(record: ForeignRecord): Promise<void>;
}

const EMBEDDED = resolve(import.meta.dirname, 'foreign-log.embedded.mjs');

/** A few lines of SQL in a process of their own. */
export function foreignEmbeddedLog(databaseUrl: string): ForeignLog {
  const call = (act: string, subject: string) => run(process.execPath, [EMBEDDED, databaseUrl, act, subject]);
  return {
    scan: async (topic) => (await call('scan', topic)).map((line) => JSON.parse(line) as ScannedRecord),
    put: async (record) => void (await call('put', JSON.stringify(record))),
  };
}

/** kcat where there is one, else Kafka's own console tools. */
export async function foreignKafkaLog({ brokers }: TestKafka): Promise<ForeignLog> {
  const servers = brokers.join(',');
  const hasKcat = await run('kcat', ['-V']).then(
    () => true,
    () => false,
  );
  return hasKcat ? kcat(servers) : consoleTools(servers);
}

function kcat(servers: string): ForeignLog {
  return {
    scan: async (topic) => {
      const place = ['-b', servers, '-t', topic, '-o', 'beginning'];
      const printed = await run('kcat', ['-C', '-q', '-e', ...place, '-f', '%p %o %h\\n']);
      return printed.map((line) => {
        const [partition, offset, ...headers] = line.split(' ');
        const type = /(?:^|,)ce_type=([^,]+)/.exec(headers.join(' '))?.[1] ?? '';
        return { partition: Number(partition), offset: Number(offset), type };
      });
    },
    put: async ({ topic, partition, key, headers, value }) => {
      const named = Object.entries(headers).flatMap(([name, text]) => ['-H', `${name}=${text}`]);
      const place = ['-b', servers, '-t', topic, '-p', String(partition)];
      await run('kcat', ['-P', '-q', ...place, '-k', key, ...named], value);
    },
  };
}

const NOTHING_MORE_MS = '5000';

function consoleTools(servers: string): ForeignLog {
  const properties = (...names: string[]) => names.flatMap((name) => ['--property', name]);
  return {
    scan: async (topic) => {
      const shown = properties('print.headers=true', 'print.partition=true', 'print.offset=true');
      const until = ['--from-beginning', '--timeout-ms', NOTHING_MORE_MS];
      const place = ['--bootstrap-server', servers, '--topic', topic];
      const printed = await run(kafkaCommand('kafka-console-consumer'), [...place, ...until, ...shown]);
      return printed.flatMap((line) => ofConsoleLine(line) ?? []);
    },
    put: async ({ topic, key, headers, value }) => {
      const named = Object.entries(headers).map(([name, text]) => `${name}:${text}`);
      const place = ['--bootstrap-server', servers, '--topic', topic];
      const form = properties('parse.key=true', 'parse.headers=true');
      const line = `${named.join(',')}\t${key}\t${value}\n`;
      await run(kafkaCommand('kafka-console-producer'), [...place, ...form], line);
    },
  };
}

async function run(command: string, parameters: readonly string[], input = ''): Promise<string[]> {
  const child = spawn(command, parameters, { stdio: 'pipe' });
  const output = { printed: '', complained: '' };
  child.stdout.on('data', (text: Buffer) => {
    output.printed += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    output.complained += text.toString();
  });
  // A program that is not there, or ends before it has read, says so by its own end.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise((done, refuse) => {
    child.once('error', refuse);
    child.once('close', done);
  });
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}: ${output.complained}`);
  return output.printed.split('\n').filter((line) => line !== '');
}
