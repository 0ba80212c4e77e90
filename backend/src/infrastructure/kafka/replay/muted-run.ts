import type { OutboxEntry } from '@/infrastructure/outbox/outbox-append';
import type { ReplayScope } from '../delivery/delivery-context';
import type { RunReport } from './replay-effect';

/** Collects what one run would have told the world. */
export class MutedRun {
  private readonly events: string[] = [];
  private readonly calls: string[] = [];
  readonly scope: ReplayScope;

  constructor(id: string, mode: ReplayScope['mode']) {
    this.scope = { id, mode, mute: (call) => void this.calls.push(call) };
  }

  noteEvents(entries: readonly OutboxEntry[]): void {
    this.events.push(...entries.map(({ eventType }) => eventType));
  }

  get report(): RunReport {
    return { mutedEvents: this.events, mutedCalls: this.calls };
  }
}
