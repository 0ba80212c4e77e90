import { Injectable } from '@nestjs/common';
import type { EventData } from '@shop/contracts';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { toFault } from '@/infrastructure/http/validation';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { type AnalyticsType, type BrowserEvent, classify, occurredAt } from './domain/browser-event';
import { bytesOf, eventInput, MAX_EVENT_BYTES } from './entry/batch-input';
import { EventsUnavailableError } from './gateway.errors';

export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface Intake {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

type Outcome = Omit<Rejection, 'index'> | 'accepted';

/** Takes browser events: each is published or refused for itself; the answer follows the acknowledgements. */
@Injectable()
export class AnalyticsIntakeService {
  constructor(private readonly publisher: EventPublisherService) {}

  /** Throws `EventsUnavailableError` when events could not be written; the batch is to be sent again then. */
  async take(batch: readonly unknown[], sentAt: string | undefined): Promise<Intake> {
    const now = Date.now();
    const outcomes = await Promise.all(batch.map((item) => this.takeOne(item, sentAt, now)));
    const rejected = outcomes.flatMap((outcome, index) =>
      outcome === 'accepted' ? [] : [{ index, ...outcome }],
    );
    return { accepted: batch.length - rejected.length, rejected };
  }

  private async takeOne(item: unknown, sentAt: string | undefined, now: number): Promise<Outcome> {
    if (bytesOf(item) > MAX_EVENT_BYTES) {
      return { code: 'EVENT_TOO_LARGE', message: `An event has at most ${MAX_EVENT_BYTES} bytes.` };
    }
    const parsed = eventInput.safeParse(item);
    if (!parsed.success)
      return { code: 'INVALID_EVENT', message: describe(parsed.error.issues.map(toFault)) };
    return this.publish(parsed.data, occurredAt(parsed.data.timestamp, sentAt, now));
  }

  private async publish(event: BrowserEvent, at: string): Promise<Outcome> {
    const { eventType, data } = classify(event);
    try {
      // The publisher checks the data against the schema of its type.
      await this.publisher.publish(eventType, data as unknown as EventData<AnalyticsType>, {
        occurredAt: at,
      });
      return 'accepted';
    } catch (error) {
      if (!(error instanceof CodedError) || error.retryable) throw new EventsUnavailableError(error);
      return { code: error.code, message: error.faults.length > 0 ? describe(error.faults) : error.message };
    }
  }
}

const describe = (faults: readonly { path: string; message: string }[]): string =>
  faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
