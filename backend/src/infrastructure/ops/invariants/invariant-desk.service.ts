import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { checkPlatform } from '@/infrastructure/invariants/open-check';
import { Platform } from '@/infrastructure/platform/platform';
import { InvariantChecks } from './invariant-checks';

/** The process that is asked does the whole check: log, ledger and tables are the same for all of them. */
@Injectable()
export class InvariantDesk implements OnApplicationShutdown {
  private readonly stop = new AbortController();
  readonly checks: InvariantChecks;

  constructor(@Inject(Platform) platform: Platform) {
    const { signal } = this.stop;
    this.checks = new InvariantChecks((options) =>
      checkPlatform(platform, process.env, { ...options, signal }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.checks.ended();
  }
}
