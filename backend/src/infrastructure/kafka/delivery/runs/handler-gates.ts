import type { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import type { HandlerBreaker } from '@/infrastructure/kafka/breaker/handler-breaker';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';

/** The breakers of one group's handlers. */
export class HandlerGates {
  private readonly breakers = new Map<HandlerRegistration, HandlerBreaker>();

  constructor(
    private readonly group: string,
    private readonly all: Breakers,
  ) {}

  of(handler: HandlerRegistration): HandlerBreaker {
    const known = this.breakers.get(handler);
    if (known) return known;
    const breaker = this.all.handler(`${this.group}/${handler.name}`, handler.options.breaker);
    this.breakers.set(handler, breaker);
    return breaker;
  }

  /** Resolves when the handler's breaker lets at least one event through. */
  whenAdmitting(handler: HandlerRegistration): Promise<void> {
    const breaker = this.of(handler);
    return new Promise((resolve) => {
      const stop = breaker.onChange((state) => {
        if (state === 'open') return;
        stop();
        resolve();
      });
    });
  }

  close(): void {
    for (const breaker of this.breakers.values()) this.all.remove(breaker);
    this.breakers.clear();
  }
}
