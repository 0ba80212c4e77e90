import { withTimeout } from '@/infrastructure/concurrency/time-out';

/**
 * Calls of handlers with effects outside of SQL that the replays of this process have begun, by lane. One that took
 * too long goes on, and holds its lane until it has ended: in the same replay and in any other.
 */
export class OutsideCalls {
  private readonly underWay = new Map<string, Promise<void>>();

  /** Resolves when nothing of the lane runs; rejects with `HandlerTimeoutError` where that takes longer than `ms`. */
  async ended(lane: string, ms: number): Promise<void> {
    const earlier = this.underWay.get(lane);
    if (earlier) await withTimeout(() => earlier, ms).result;
  }

  /** Rejects with what the work throws, or with `HandlerTimeoutError` after `ms`. */
  run(lane: string, work: () => Promise<void>, ms: number): Promise<void> {
    const { result, settled } = withTimeout(work, ms);
    this.underWay.set(lane, settled);
    void settled.then(() => {
      if (this.underWay.get(lane) === settled) this.underWay.delete(lane);
    });
    return result;
  }
}
