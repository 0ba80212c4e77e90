import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { Logger } from '@/infrastructure/observability/logger';
import type { GroupConsumer } from './group-consumer';

export interface SubscriptionOptions {
  readonly group: GroupConsumer;
  /** The topics that have a handler now. */
  readonly topics: () => readonly string[];
  readonly handlers: () => readonly HandlerRegistration[];
  readonly logger: Logger;
}

const BACK_OFF = { firstMs: 200, longestMs: 10_000 };

/** Keeps a group's subscription equal to the topics that have handlers, one membership after the other. */
export class Subscription {
  private readonly changed = new WakeUp();
  private running: Promise<void> | undefined;
  private stopping = false;
  private joined: readonly HandlerRegistration[] | undefined;

  constructor(private readonly options: SubscriptionOptions) {}

  get complete(): boolean {
    const joined = new Set(this.joined);
    return this.joined !== undefined && this.options.handlers().every((handler) => joined.has(handler));
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** A handler came; its topic is joined without waiting for anybody. */
  refresh(): void {
    this.changed.ring();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.changed.ring();
    await this.running;
  }

  private async loop(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const handlers = [...this.options.handlers()];
      const topics = this.options.topics();
      try {
        if (topics.length > 0) await this.options.group.subscribe(topics);
        this.joined = handlers;
        failures = 0;
        await this.changed.wait(FOREVER_MS);
      } catch (error) {
        failures += 1;
        this.options.logger.warn(
          { err: error, group: this.options.group.group, failures },
          'joining failed, again soon',
        );
        await this.changed.wait(fullJitter(BACK_OFF, failures, Math.random()));
      }
    }
  }
}

/** The longest a timer can be set to. */
const FOREVER_MS = 2 ** 31 - 1;
