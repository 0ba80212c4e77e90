import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { Stop } from '@/infrastructure/concurrency/stop';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import type { Logger } from '@/infrastructure/observability/logger';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isUnavailable } from '@/infrastructure/postgres/database.errors';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { LetterActs } from '../letter-acts';
import { claimJob, type LeasedJob, releaseLease, renewLease } from './job-lease';
import { giveUpOne, workOff } from './job-step';

export interface BulkRunnerOptions {
  readonly database: SqlSession;
  readonly unitOfWork: UnitOfWork;
  readonly acts: LetterActs;
  readonly logger: Logger;
  /** A job whose runner says nothing for this long is taken over. Default 10,000. */
  readonly leaseMs?: number;
  /** How often jobs of ended processes are looked for. Default 5,000. */
  readonly lookMs?: number;
}

/** Letters of one transaction at high rates; a cancel waits for that many at most. */
const MOST_AT_ONCE = 50;
const STEPS_PER_SECOND = 10;
const MOST_JOBS = 4;
const BACK_OFF = { firstMs: 100, longestMs: 5_000 };
/** A letter that fails this often for no reason known is passed over. */
const TRIES = 3;

/** Works off the bulk jobs of one database at their rates, also those that an ended process has left. */
export class BulkRunner {
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new Stop();
  private readonly working = new Set<Promise<void>>();
  private looping: Promise<void> | undefined;

  constructor(private readonly options: BulkRunnerOptions) {}

  start(): void {
    this.looping ??= this.loop();
  }

  /** A job has come. */
  ring(): void {
    this.wakeUp.ring();
  }

  /** Ends after the transaction under way; jobs that are not finished are left to the next runner. */
  async stop(): Promise<void> {
    this.stopping.request();
    this.wakeUp.ring();
    await this.looping;
    await Promise.all(this.working);
  }

  private get leaseMs(): number {
    return this.options.leaseMs ?? 10_000;
  }

  private async loop(): Promise<void> {
    while (!this.stopping.requested) {
      const job = this.working.size < MOST_JOBS ? await this.claim() : undefined;
      if (job) this.track(this.work(job));
      else await this.wakeUp.wait(this.options.lookMs ?? 5_000);
    }
  }

  private async claim(): Promise<LeasedJob | undefined> {
    try {
      return await claimJob(this.options.database, this.leaseMs);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'bulk jobs cannot be looked for');
      return undefined;
    }
  }

  private track(work: Promise<void>): void {
    this.working.add(work);
    void work.finally(() => {
      this.working.delete(work);
      this.wakeUp.ring();
    });
  }

  private async work(job: LeasedJob): Promise<void> {
    const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(job.rate / STEPS_PER_SECOND)));
    let due = performance.now();
    for (let failures = 0; !this.stopping.requested; ) {
      try {
        const { tried, goesOn } = await this.step(job, failures === 0 ? atOnce : 1, failures);
        if (!goesOn) return;
        failures = 0;
        due = Math.max(due + (tried / job.rate) * 1_000, performance.now() - 1_000);
        if (!(await this.waitUntil(due, job))) return;
      } catch (error) {
        // An absence is not the letter's fault and is waited out, however long.
        failures = isUnavailable(error) || isRetryable(error) ? 1 : failures + 1;
        this.options.logger.warn({ err: error, job: job.id, failures }, 'a bulk job stops for a moment');
        due = performance.now() + fullJitter(BACK_OFF, failures + 2, Math.random());
        if (!(await this.waitUntil(due, job))) return;
      }
    }
    await this.release(job);
  }

  private step(job: LeasedJob, most: number, failures: number) {
    const { unitOfWork, acts } = this.options;
    return unitOfWork.run(async (session) => {
      if (!(await renewLease(session, job, this.leaseMs))) return { tried: 0, goesOn: false };
      if (failures < TRIES) return workOff(session, acts, job, most);
      await giveUpOne(session, job);
      return { tried: 1, goesOn: true };
    });
  }

  /** Keeps the lease meanwhile. False when the job is no longer ours. */
  private async waitUntil(due: number, job: LeasedJob): Promise<boolean> {
    for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
      if (!(await this.keep(job))) return false;
      await this.stopping.wait(Math.min(left, this.leaseMs / 3));
      if (this.stopping.requested) break;
    }
    return true;
  }

  /** Undecided while the database is away: the next step will tell. */
  private keep(job: LeasedJob): Promise<boolean> {
    return renewLease(this.options.database, job, this.leaseMs).catch((error: unknown) => {
      this.options.logger.warn({ err: error, job: job.id }, 'the lease of a bulk job cannot be renewed');
      return true;
    });
  }

  private async release(job: LeasedJob): Promise<void> {
    await releaseLease(this.options.database, job).catch((error: unknown) => {
      this.options.logger.warn({ err: error, job: job.id }, 'a bulk job stays leased until its time is over');
    });
  }
}

const isRetryable = (error: unknown): boolean =>
  (error as { retryable?: unknown } | null)?.retryable === true;
