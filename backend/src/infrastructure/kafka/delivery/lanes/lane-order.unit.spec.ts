import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { groupParts, handlerOf, identityOf, recordOf, TOPIC } from '@/testing/delivery/membership-fixture';
import { Membership } from '../membership';
import { laneOf } from './delivery';

interface Scenario {
  readonly records: readonly {
    readonly key: number;
    readonly type: string;
    readonly fails: readonly number[];
  }[];
  readonly onDead: 'wait' | 'flow';
  /** Records read at a time, and every how many ticks. */
  readonly pace: number;
  readonly every: number;
  /** How many of ten calls of the store fail, some of them after they took place. */
  readonly faults: number;
  readonly seed: number;
  /** Ticks after which the owner is gone and another one begins where the last save was. */
  readonly crashes: readonly number[];
  readonly decisions: readonly ('retry' | 'skip' | 'discard')[];
}

const HANDLERS = ['stock', 'mail', 'rows'];
const TYPES: Readonly<Record<string, readonly string[]>> = {
  sql: ['stock'],
  outside: ['mail'],
  both: ['stock', 'mail'],
  batch: ['rows'],
  foreign: [],
  'sql bare': ['stock'],
  'foreign bare': [],
  undecodable: HANDLERS,
};
const ATTEMPTS = 3;
/** Short ones while the owners change, then long ones, so that a back-off is soon over. */
const tickMs = (tick: number) => (tick < 60 ? 10 : 250);

const scenarios = fc.record<Scenario>({
  records: fc.array(
    fc.record({
      key: fc.integer({ min: 0, max: 4 }),
      type: fc.constantFrom(...Object.keys(TYPES)),
      fails: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 9), { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  onDead: fc.constantFrom('wait', 'flow'),
  pace: fc.constantFrom(1, 3, 40),
  every: fc.constantFrom(1, 5),
  faults: fc.constantFrom(0, 1, 3),
  seed: fc.nat(),
  crashes: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
  decisions: fc.array(fc.constantFrom('retry', 'skip', 'discard'), { minLength: 1, maxLength: 4 }),
});

const headerOf = (type: string) => (type.endsWith(' bare') ? null : type === 'undecodable' ? 'both' : type);

/** One partition's log, its store, and one owner after the other. */
class Partition {
  readonly store = new MemoryDeliveryStore();
  readonly records: readonly LogRecord[];
  decided = 0;
  running = new Map<string, number>();
  overlaps = 0;
  private chance: number;
  private readonly failures = new Map<string, number>();
  private membership: Membership | undefined;

  constructor(private readonly scenario: Scenario) {
    this.chance = scenario.seed;
    this.records = scenario.records.map(({ key, type }, nth) =>
      recordOf(BigInt(nth), key === 4 ? null : `k${key}`, type.replace(' bare', ''), {
        header: headerOf(type),
      }),
    );
    for (const [nth, { fails }] of scenario.records.entries())
      for (const [index, name] of HANDLERS.entries()) this.failures.set(`${name} ${nth}`, fails[index] ?? 0);
    this.store.fault = (at) => {
      this.chance = (Math.imul(this.chance, 1_664_525) + 1_013_904_223) >>> 0;
      if (this.chance / 2 ** 32 < scenario.faults / 10) throw new DatabaseUnavailableError(`away at ${at}`);
    };
  }

  get registrations(): HandlerRegistration[] {
    const retry = { attempts: ATTEMPTS, firstDelayMs: 5, longestDelayMs: 20, fatal: [] };
    const options = { retry, onDead: this.scenario.onDead };
    const run = (name: string) => (_: unknown, context: { offset: bigint }) => this.run(name, context.offset);
    const rows = run('rows');
    return [
      handlerOf('stock', ['sql', 'both'], run('stock'), { options }),
      handlerOf('mail', ['outside', 'both'], run('mail'), { options: { ...options, effects: 'external' } }),
      handlerOf('rows', ['batch'], rows, {
        options,
        batch: {
          maxEvents: 5,
          run: async (events) => {
            for (const { event, context } of events) await rows(event, context);
          },
        },
      }),
    ];
  }

  async begin(): Promise<void> {
    const { fault } = this.store;
    this.store.fault = () => undefined;
    this.membership = new Membership({
      ...groupParts(this.store, () => this.registrations, { transactions: 2 }),
      onPressure: () => undefined,
      onProgress: () => undefined,
      onFenced: () => undefined,
    });
    const starts = await this.membership.startsOf(
      await this.store.acquire('g', [{ topic: TOPIC, partition: 0 }]),
    );
    this.store.fault = fault;
    for (const start of starts) this.membership.add(start);
  }

  /** The next records of the log. */
  read(): void {
    const [worker] = this.membership?.workers() ?? [];
    if (!worker) return;
    const endOffset = BigInt(this.records.length);
    const records = this.records.filter(({ offset }) => offset >= worker.from).slice(0, this.scenario.pace);
    const nextOffset = (records.at(-1)?.offset ?? endOffset - 1n) + 1n;
    worker.accept({ topic: TOPIC, partition: 0, records, nextOffset, endOffset });
  }

  /** The process dies: what it had under way goes on for a while, fenced, and another one begins. */
  async crash(): Promise<void> {
    const [worker] = this.membership?.workers() ?? [];
    if (worker) {
      const update = { tenure: worker.tenure, watermark: worker.watermark, segments: [], mirrored: null };
      await this.store.save([update]).catch(() => undefined);
    }
    void this.membership?.end();
    await this.begin();
  }

  get watermark(): bigint {
    const [worker] = this.membership?.workers() ?? [];
    return worker?.watermark ?? -1n;
  }

  get quiet(): boolean {
    return this.watermark === BigInt(this.records.length) && this.store.parking.rows.size === 0;
  }

  /** A person decides about the heads that wait for one. */
  decide(): void {
    for (const row of this.store.parking.rows.values()) {
      if (row.state !== 'dead') continue;
      const act = this.scenario.decisions[this.decided++ % this.scenario.decisions.length];
      if (act === 'retry' && this.decided < 200) {
        for (const name of HANDLERS) this.failures.set(`${name} ${row.record.offset}`, 0);
        const pending = row.pending;
        this.store.parking.put({ ...row, pending, state: 'waiting', attempts: 0, dueAt: performance.now() });
        // What does not decode never will; the next decision is another one.
        continue;
      }
      const state = act === 'discard' ? 'discard' : 'skip';
      this.store.parking.put({ ...row, state, dueAt: performance.now() });
    }
  }

  private async run(name: string, offset: bigint): Promise<void> {
    const lane = laneOf(this.records[Number(offset)] as LogRecord);
    const key = `${name} ${offset}`;
    this.running.set(lane, (this.running.get(lane) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, (Number(offset) % 3) * 8));
    this.running.set(lane, (this.running.get(lane) ?? 0) - 1);
    const left = this.failures.get(key) ?? 0;
    this.failures.set(key, left - 1);
    if (left > 0) throw new Error(`${name} fails`);
    this.store.effect({ handler: name, lane, offset });
  }
}

async function play(scenario: Scenario): Promise<Partition> {
  const partition = new Partition(scenario);
  await partition.begin();
  for (let tick = 0; tick < 2_000 && !partition.quiet; tick++) {
    await vi.advanceTimersByTimeAsync(tickMs(tick));
    if (scenario.crashes.includes(tick)) await partition.crash();
    partition.decide();
    if (tick % scenario.every === 0) partition.read();
  }
  return partition;
}

const ascending = (offsets: readonly bigint[]) =>
  offsets.every((offset, index) => index === 0 || (offsets[index - 1] as bigint) <= offset);

describe('the events of a key', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('come to their outcomes, none lost, none doubled, in order, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const partition = await play(scenario);
        expect(partition.quiet).toBe(true);
        const { effects, letters, inbox, parking } = partition.store;
        for (const [nth, { type }] of scenario.records.entries()) {
          const offset = BigInt(nth);
          for (const handler of HANDLERS) {
            const mine = effects.filter((effect) => effect.handler === handler && effect.offset === offset);
            const takes = TYPES[type]?.includes(handler) ?? false;
            const dead = letters.some(
              ({ letter }) => letter.record.offset === offset && [handler, '*'].includes(letter.handler),
            );
            const over = mine.length > 0 || dead || parking.discarded.has(offset);
            if (takes) expect({ offset, handler, over }).toEqual({ offset, handler, over: true });
            else expect(mine).toEqual([]);
            // Outside SQL an effect may come again, but only where a process or its database went away.
            const atLeastOnce = handler === 'mail' && (scenario.faults > 0 || scenario.crashes.length > 0);
            if (!atLeastOnce) expect(mine.length).toBeLessThanOrEqual(1);
            expect(inbox.has(`${handler} ${identityOf(partition.records[nth] as LogRecord)}`)).toBe(
              mine.length > 0,
            );
          }
        }
        for (const lane of new Set(effects.map((effect) => effect.lane))) {
          const inSql = effects.filter((effect) => effect.lane === lane && effect.handler !== 'mail');
          expect(ascending(inSql.map(({ offset }) => offset))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
