import { CodedError } from '@/infrastructure/errors/coded-error';
import type { CheckOptions } from '@/infrastructure/invariants/check-invariants';
import { InvariantCheckRunningError } from '@/infrastructure/invariants/invariants.errors';
import type { InvariantReport } from '@/infrastructure/invariants/report';

/** A check as an operator follows it. */
export interface InvariantCheck {
  readonly state: 'none' | 'running' | 'finished' | 'failed';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Read so far. */
  readonly records: number;
  /** Of the last check that finished, also while the next one runs. */
  readonly report: InvariantReport | null;
  readonly error?: { readonly code: string; readonly message: string };
}

type Check = (options: CheckOptions) => Promise<InvariantReport>;

/** Checks of this process, one at a time; the last one is remembered. */
export class InvariantChecks {
  private last: InvariantCheck = { state: 'none', startedAt: null, endedAt: null, records: 0, report: null };
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly check: Check) {}

  get latest(): InvariantCheck {
    return this.last;
  }

  /** Answers at once. Throws `InvariantCheckRunningError` while one runs. */
  start(options: Omit<CheckOptions, 'onProgress'>): InvariantCheck {
    if (this.last.state === 'running') throw new InvariantCheckRunningError();
    const { report } = this.last;
    this.last = { state: 'running', startedAt: now(), endedAt: null, records: 0, report };
    this.underWay = this.run(options);
    return this.last;
  }

  /** Resolves when the check under way has ended. */
  ended(): Promise<void> {
    return this.underWay;
  }

  private async run(options: CheckOptions): Promise<void> {
    const onProgress: CheckOptions['onProgress'] = ({ records }) => {
      this.last = { ...this.last, records };
    };
    try {
      const report = await this.check({ ...options, onProgress });
      this.last = { ...this.last, state: 'finished', endedAt: now(), records: report.records, report };
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'INTERNAL_ERROR';
      const message = error instanceof Error ? error.message : String(error);
      this.last = { ...this.last, state: 'failed', endedAt: now(), error: { code, message } };
    }
  }
}

const now = (): string => new Date().toISOString();
