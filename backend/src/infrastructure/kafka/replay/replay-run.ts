import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Database } from '@/infrastructure/postgres/database';
import { describeError } from '../delivery/failure';
import type { ReplayPartition, StoredReplay } from './replay';
import {
  CatchUpFailedError,
  ReplayEventsExpiredError,
  ReplayInterruptedError,
  TooManyFailuresError,
  TopicReplacedError,
} from './replay.errors';
import type { Ending, ReplayEffect } from './replay-effect';
import { isOverSoon, ReplayPage } from './replay-page';
import type { ReplayReader } from './replay-reader';
import { endReplay, isCancelRequested, saveEnds, savePage } from './replay-rows';
import { ReplayTally } from './replay-tally';

export interface RunParts {
  readonly replay: StoredReplay;
  readonly database: Database;
  readonly reader: ReplayReader;
  readonly effect: ReplayEffect;
  readonly topicIds: (topics: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly logger: Logger;
}

const PAGE = 500;
const MOST_FAILURES = 1_000;
const BACK_OFF = { firstMs: 100, longestMs: 10_000 };

/** Brings one replay to its end, page by page; what is saved with a page is never done again. */
export class ReplayRun {
  private readonly tally: ReplayTally;
  private readonly wakeUp = new WakeUp();
  private interrupted = false;
  private cancelled = false;
  private handled = 0;
  private readonly begun = performance.now();

  constructor(private readonly parts: RunParts) {
    this.tally = new ReplayTally(parts.replay);
  }

  /** Leaves the replay where it is; somebody may resume it. */
  interrupt(): void {
    this.interrupted = true;
    this.wakeUp.ring();
  }

  cancel(): void {
    this.cancelled = true;
    this.wakeUp.ring();
  }

  /** Never rejects: how it ended stands in the replay, or it was interrupted and says so by having no end. */
  async run(): Promise<void> {
    const { replay, logger } = this.parts;
    try {
      await this.toEnd();
    } catch (error) {
      if (error instanceof ReplayInterruptedError) {
        logger.info({ replay: replay.id }, 'the replay was interrupted');
        return;
      }
      if (error instanceof CancelledError) logger.info({ replay: replay.id }, 'the replay was cancelled');
      else logger.error({ replay: replay.id, err: error }, 'the replay was given up');
      // What is left to do now is to clear away.
      this.cancelled = false;
      await this.patiently(() => this.giveUp(error)).catch((failure: unknown) => {
        logger.warn({ replay: replay.id, err: failure }, 'the end of the replay could not be written');
      });
    }
  }

  private async toEnd(): Promise<void> {
    const { replay, effect, database, logger } = this.parts;
    await this.patiently(() => this.refuseReplacedTopics());
    await this.patiently(() => effect.prepare());
    do {
      for (const partition of replay.partitions) await this.replayPartition(partition);
    } while (this.tally.failures === 0 && (await this.patiently(() => this.followLiveGroup())));
    if (this.tally.failures > 0) {
      await this.patiently(() => endReplay(database, replay, 'incomplete', this.tally.state.counts));
    } else {
      await this.finish();
    }
    logger.info({ replay: replay.id, counts: this.tally.state.counts }, 'the replay has ended');
  }

  /** True when the live group has come so far meanwhile that it takes pages to follow it. */
  private async followLiveGroup(): Promise<boolean> {
    const { replay, effect, database } = this.parts;
    const ends = (await effect.reached?.()) ?? [];
    const ahead = replay.partitions.reduce((sum, { to }, nth) => sum + later(ends[nth], to) - to, 0n);
    if (ahead < PAGE) return false;
    for (const [nth, partition] of replay.partitions.entries()) partition.to = later(ends[nth], partition.to);
    await saveEnds(database, replay);
    return true;
  }

  private async finish(): Promise<void> {
    const { replay, effect, database } = this.parts;
    const ending: Ending = {
      goOn: async () => {
        if (await isCancelRequested(database, replay.id)) this.cancelled = true;
        this.stopIfAsked();
      },
      ran: (item, outcome) => this.tally.outcome(item, outcome),
      end: (session) => endReplay(session, replay, 'completed', this.tally.state.counts),
    };
    try {
      await this.patiently(() => effect.finish(ending));
    } catch (error) {
      if (!(error instanceof CatchUpFailedError)) throw error;
      const { code, message } = error;
      await this.patiently(() =>
        endReplay(database, replay, 'incomplete', this.tally.state.counts, { code, message }),
      );
    }
  }

  private async replayPartition(partition: ReplayPartition): Promise<void> {
    const { rate } = this.parts.replay;
    const limit = rate === null ? PAGE : Math.min(PAGE, Math.max(1, rate));
    while (partition.position < partition.to) {
      const page = await this.patiently(() => this.replayPage(partition, limit));
      partition.position = page.next;
      this.handled += page.records;
      if (page.cancel) this.cancelled = true;
      if (this.tally.failures > MOST_FAILURES) throw new TooManyFailuresError(MOST_FAILURES);
      await this.pace();
    }
  }

  private async replayPage(partition: ReplayPartition, limit: number) {
    const { replay, reader, database, effect } = this.parts;
    const read = await reader.read(partition, partition.position, partition.to, limit);
    if (read.expired > 0n && replay.mode === 'rebuild') {
      throw new ReplayEventsExpiredError(
        `${partition.topic}/${partition.partition}: retention was quicker at offset ${partition.position}.`,
      );
    }
    const { page, commit } = this.tally.begin();
    if (read.expired > 0n) page.leaveOut('expired', Number(read.expired));
    await new ReplayPage({ replay, database, reader, effect }, partition, page).run(read.records);
    const cancel = await database.transaction((session) =>
      savePage(session, replay, { partition, position: read.next, ...page.state }),
    );
    commit();
    return { next: read.next, records: read.records.length, cancel };
  }

  private async pace(): Promise<void> {
    const { rate } = this.parts.replay;
    if (rate === null) return;
    const ahead = (this.handled / rate) * 1_000 - (performance.now() - this.begun);
    if (ahead > 0 && !this.interrupted && !this.cancelled) await this.wakeUp.wait(ahead);
  }

  /** Does it again while the database, the log or the registry is away. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      this.stopIfAsked();
      try {
        return await work();
      } catch (error) {
        if (error instanceof ReplayInterruptedError || !isOverSoon(error)) throw error;
        const delay = fullJitter(BACK_OFF, failures, Math.random());
        this.parts.logger.warn(
          { replay: this.parts.replay.id, err: error, delay },
          'the replay waits and goes on',
        );
        await this.wakeUp.wait(delay);
      }
    }
  }

  private stopIfAsked(): void {
    if (this.interrupted) throw new ReplayInterruptedError('The process ends, or has lost the replay.');
    if (this.cancelled) throw new CancelledError();
  }

  private async refuseReplacedTopics(): Promise<void> {
    const { partitions, topics } = this.parts.replay;
    const ids = await this.parts.topicIds(topics);
    const replaced = partitions.find(({ topic, topicId }) => ids.get(topic) !== topicId);
    if (replaced) throw new TopicReplacedError(replaced.topic);
  }

  private async giveUp(error: unknown): Promise<void> {
    const { replay, effect, database } = this.parts;
    const { code, message } = describeError(error);
    const { counts } = this.tally.state;
    await effect.discard();
    if (error instanceof CancelledError) await endReplay(database, replay, 'cancelled', counts);
    else await endReplay(database, replay, 'failed', counts, { code, message });
  }
}

const later = (end: bigint | undefined, known: bigint): bigint =>
  end !== undefined && end > known ? end : known;

/** The replay was cancelled; what it had done by then stays done. */
class CancelledError extends CodedError {
  readonly code = 'REPLAY_CANCELLED';
  readonly retryable = false;

  constructor() {
    super('The replay was cancelled.');
  }
}
