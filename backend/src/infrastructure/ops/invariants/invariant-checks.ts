import { CodedError } from '@/infrastructure/errors/coded-error';
import type { CheckOptions } from '@/infrastructure/invariants/check-invariants';
import type { BegunCheck } from '@/infrastructure/invariants/open-check';
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

/** Takes the right to check, for the operator of this name. */
type Begin = (options: CheckOptions, by: string) => Promise<Pick<BegunCheck, 'run'>>;

/** Checks of this process, one at a time; the last one is remembered. */
export class InvariantChecks {
  private last: InvariantCheck = { state: 'none', startedAt: null, endedAt: null, records: 0, report: null };
  private beginning: Promise<InvariantCheck> | undefined;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly begin: Begin) {}

  get latest(): InvariantCheck {
    return this.last;
  }

  /** Answers as soon as it has begun; the one that runs here already is everybody's. Rejects where it cannot begin. */
  async start(options: Omit<CheckOptions, 'onProgress'>, by: string): Promise<InvariantCheck> {
    if (this.last.state === 'running') return this.last;
    this.beginning ??= this.enter(options, by).finally(() => {
      this.beginning = undefined;
    });
    return this.beginning;
  }

  /** Resolves when the check under way has ended. */
  async ended(): Promise<void> {
    // Why it could not begin is told to whoever asked for it.
    await this.beginning?.catch(() => undefined);
    await this.underWay;
  }

  private async enter(options: CheckOptions, by: string): Promise<InvariantCheck> {
    const onProgress: CheckOptions['onProgress'] = ({ records }) => {
      this.last = { ...this.last, records };
    };
    const begun = await this.begin({ ...options, onProgress }, by);
    const { report } = this.last;
    this.last = { state: 'running', startedAt: now(), endedAt: null, records: 0, report };
    this.underWay = this.follow(begun);
    return this.last;
  }

  private async follow(begun: Pick<BegunCheck, 'run'>): Promise<void> {
    try {
      const report = await begun.run();
      this.last = { ...this.last, state: 'finished', endedAt: now(), records: report.records, report };
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'INTERNAL_ERROR';
      const message = error instanceof Error ? error.message : String(error);
      this.last = { ...this.last, state: 'failed', endedAt: now(), error: { code, message } };
    }
  }
}

const now = (): string => new Date().toISOString();
