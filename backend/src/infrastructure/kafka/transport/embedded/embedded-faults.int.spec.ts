import { readdir, readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { eventually } from '@/testing/eventually';
import type { LogRecord, OutgoingRecord } from '../transport.port';
import { EmbeddedTransport } from './embedded-transport';

// A server of its own, as these faults would hit every other spec.
let dataDir: string;
let server: EmbeddedServer;
let transport: EmbeddedTransport;
const TOPIC = 'orders';

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shop-faults-'));
  server = await startOrAdopt({ dataDir });
  transport = new EmbeddedTransport({ url: server.url });
  await transport.open();
  await transport.admin.createTopics([{ topic: TOPIC, partitions: 2, replicationFactor: 1, config: {} }]);
});

afterAll(async () => {
  await transport.close();
  await server.release();
  await rm(dataDir, { recursive: true, force: true });
});

const record = (text: string): OutgoingRecord => ({
  topic: TOPIC,
  key: Buffer.from(text),
  value: Buffer.from(text),
  headers: [],
});

async function joined() {
  const records: LogRecord[] = [];
  const member = await transport.join(
    {
      group: `group-${records.length}-${performance.now()}`,
      topics: [TOPIC],
      clientId: 'spec',
      sessionTimeoutMs: 5_000,
      maxWaitMs: 5_000,
      maxBytesPerPartition: 100_000,
    },
    {
      assigned: async (partitions) =>
        partitions.map(({ topic, partition, committed }) => ({ topic, partition, offset: committed ?? 0n })),
      lost: () => {},
      records: (batch) => void records.push(...batch.records),
      outOfRange: async ({ logStart }) => logStart,
      // The server is back within a second: a member between two heartbeats may not have missed it.
      failed: () => {},
    },
  );
  return { member, records };
}

const texts = (records: readonly LogRecord[]) =>
  [...new Set(records.map(({ value }) => value?.toString()))].toSorted();

describe('when the database goes away', () => {
  it('appends are refused as unavailable, and members go on by themselves when it is back', async () => {
    const { member, records } = await joined();
    await transport.append([record('before')]);
    await eventually(() => records.length === 1);
    process.kill(await postmaster(), 'SIGKILL');
    const refusal = await eventually(() =>
      transport.append([record('lost')]).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(refusal).toMatchObject({ code: 'LOG_UNAVAILABLE', retryable: true });
    await eventually(() => transport.append([record('after')]), { what: 'the log to be back' });
    await eventually(() => texts(records).includes('after'));
    expect(texts(records)).toEqual(expect.arrayContaining(['after', 'before']));
    await member.close();
  });

  it('an append and an open learn within 10 s that a server does not answer', async () => {
    const { member, records } = await joined();
    await transport.append([record('awake')]);
    await eventually(() => texts(records).includes('awake'));
    const late = new EmbeddedTransport({ url: server.url });
    const pids = await serverProcesses();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      const began = performance.now();
      const answers = await Promise.allSettled([transport.append([record('asleep')]), late.open()]);
      expect(performance.now() - began).toBeLessThan(10_000);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'LOG_UNAVAILABLE' } });
      }
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await eventually(() => transport.append([record('awake again')]));
    await eventually(() => texts(records).includes('awake again'));
    await late.open();
    await late.close();
    await member.close();
  });
});

async function postmaster(): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** The postmaster and its children, from the system's own table of processes. */
async function serverProcesses(): Promise<number[]> {
  const parent = await postmaster();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(
    pids.map(async (pid) => ({ pid, stat: await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') })),
  );
  const children = stats.filter(
    ({ stat }) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent),
  );
  return [parent, ...children.map(({ pid }) => pid)];
}
