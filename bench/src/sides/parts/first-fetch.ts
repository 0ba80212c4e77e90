import { subscribe } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import type { Consumer } from 'kafkajs';

/** When records were first asked for; joining the group is behind us then. */
export class FirstFetch {
  private at: number | undefined;

  note(): void {
    this.at ??= performance.now();
  }

  /** Milliseconds from the first fetch to a moment of `performance.now()`. */
  until(moment: number): number {
    if (this.at === undefined) throw new Error('Nothing was fetched.');
    return moment - this.at;
  }
}

const FETCH_API = 1;

/** Of @platformatic/kafka, by itself or inside our module; to be called before it connects. */
export function firstFetchHere(): FirstFetch {
  const first = new FirstFetch();
  subscribe('tracing:plt:kafka:connections:api:start', (message) => {
    if ((message as { apiKey?: number }).apiKey === FETCH_API) first.note();
  });
  return first;
}

export function firstFetchOf(consumer: Consumer): FirstFetch {
  const first = new FirstFetch();
  consumer.on(consumer.events.FETCH_START, () => first.note());
  return first;
}
