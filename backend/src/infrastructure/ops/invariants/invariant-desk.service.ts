import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { beginCheck } from '@/infrastructure/invariants/open-check';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { Platform } from '@/infrastructure/platform/platform';
import { recordCheck } from './invariant-audit';
import { InvariantChecks } from './invariant-checks';

/** The process that is asked does the whole check: log, ledger and tables are the same for all of them. */
@Injectable()
export class InvariantDesk implements OnApplicationShutdown {
  private readonly stop = new AbortController();
  readonly checks: InvariantChecks;

  constructor(@Inject(Platform) platform: Platform, @Inject(KafkaRuntimes) runtimes: KafkaRuntimes) {
    const { signal } = this.stop;
    this.checks = new InvariantChecks(async (options, by) => {
      const begun = await beginCheck(platform, process.env, { ...options, signal });
      try {
        await recordCheck(runtimes, options, by);
      } catch (error) {
        await begun.giveUp();
        throw error;
      }
      return begun;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.checks.ended();
  }
}
