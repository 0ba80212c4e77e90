import { FencedError } from '../delivery.errors';
import type { EffectOutcome, EffectOutcomes, EffectRun, Tenure } from '../delivery-store.port';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { EventOpener } from './event-opener';
import type { OutcomeWriter } from './outcome-writer';

/** What the inbox knows of an event that waits for its turn. */
export interface Ahead {
  /** Rejects with what the lookup was refused with. */
  outcomeOf(handler: string): Promise<EffectOutcome>;
  /** The event has an outcome here; what it was is in its tables. */
  over(): void;
}

/**
 * Asks the inbox about events outside SQL while they wait, many with one statement, so that a lane never waits for the
 * database between two of its events. The answer stays true: while the partition is ours nobody else writes rows for
 * its events. Only an event that came twice is asked about again, after the first of the two has its outcome.
 */
export class Lookahead {
  private readonly open = new Map<string, Promise<void>>();
  private readonly unsettled = new Set<PromiseWithResolvers<void>>();

  constructor(
    private readonly opener: EventOpener,
    private readonly writer: OutcomeWriter,
  ) {}

  begin(tenure: Tenure, record: LogRecord, handlers: readonly string[]): Ahead {
    const { mark } = this.opener.known(record);
    const run: EffectRun = { tenure, record, mark, handlers };
    const earlier = this.open.get(mark.identity);
    const own = Promise.withResolvers<void>();
    own.promise.catch(() => undefined);
    this.open.set(mark.identity, own.promise);
    this.unsettled.add(own);
    const asked = earlier ? undefined : this.ask(run);
    const told = new Set<string>();
    return {
      outcomeOf: async (handler) => {
        // The second time it may have had the effect by itself, and then was held at a later handler.
        const again = told.has(handler);
        told.add(handler);
        const outcomes = await (again
          ? this.writer.seen(run)
          : (asked ?? earlier?.then(() => this.writer.seen(run))));
        return outcomes?.[handlers.indexOf(handler)] ?? 'handled';
      },
      over: () => {
        own.resolve();
        this.unsettled.delete(own);
        if (this.open.get(mark.identity) === own.promise) this.open.delete(mark.identity);
      },
    };
  }

  /** The tenure is over: what waits for an earlier copy, which will not run here, is not to be run either. */
  end(): void {
    for (const own of this.unsettled) own.reject(new FencedError('The tenure has ended.'));
    this.unsettled.clear();
  }

  private ask(run: EffectRun): Promise<EffectOutcomes> {
    const asked = this.writer.seen(run);
    // Whoever runs the event hears of it; an event that is parked behind another never asks.
    asked.catch(() => undefined);
    return asked;
  }
}
