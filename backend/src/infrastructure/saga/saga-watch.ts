import type { SagaEngine } from './saga-engine';
import type { SagaQueries, SagaView } from './saga-queries';

const LOOK_AGAIN_MS = 200;

/** Waits for what a saga comes to, whichever process moves it. */
export class SagaWatch {
  constructor(
    private readonly engine: SagaEngine,
    private readonly queries: SagaQueries,
  ) {}

  find(id: string): Promise<SagaView | undefined> {
    return this.queries.find(id);
  }

  /** Resolves with the first view that `isThere` accepts; rejects when `signal` aborts. */
  async until(id: string, isThere: (saga: SagaView) => boolean, signal?: AbortSignal): Promise<SagaView> {
    for (;;) {
      signal?.throwIfAborted();
      const advanced = this.nextAdvance(id, signal);
      try {
        const view = await this.queries.find(id);
        if (view && isThere(view)) return view;
        await advanced.promise;
      } finally {
        advanced.release();
      }
    }
  }

  // Subscribed before the look, so that an advance between look and wait is not missed.
  private nextAdvance(id: string, signal?: AbortSignal): { promise: Promise<void>; release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LOOK_AGAIN_MS);
    const unsubscribe = this.engine.onAdvanced((advanced) => {
      if (advanced === id) resolve();
    });
    const onAbort = () => resolve();
    signal?.addEventListener('abort', onAbort, { once: true });
    const release = () => {
      clearTimeout(timer);
      unsubscribe();
      signal?.removeEventListener('abort', onAbort);
    };
    return { promise, release };
  }
}
