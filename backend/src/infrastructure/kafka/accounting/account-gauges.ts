import type { BackgroundTask } from '@/infrastructure/kafka/kafka-runtime';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { Account } from './account';
import type { AccountedLog } from './account-source';
import type { Accountant } from './accountant';
import { PeriodicWork } from './periodic-work';
import { type WaitingAge, waitingAges } from './waiting-ages';

type Gauges = Pick<Metrics, 'accountingRemainder' | 'consumerLag' | 'expiryNear'>;

const EVERY_MS = 15_000;
const KAFKA_RETENTION_MS = 7 * 86_400_000;

/** Keeps the accounts of one application in its metrics, and says when one does not add up or an event grows old. */
export class AccountGauges implements BackgroundTask {
  private readonly rounds: PeriodicWork;
  private shown: readonly Account[] = [];
  private ages: readonly WaitingAge[] = [];
  private readonly warned = new Set<string>();

  constructor(
    private readonly accountant: Accountant,
    private readonly log: AccountedLog,
    private readonly gauges: Gauges,
    private readonly logger: Logger,
  ) {
    this.rounds = new PeriodicWork({
      everyMs: EVERY_MS,
      work: () => this.refresh(),
      failed: (error) => {
        this.forget();
        this.logger.warn({ err: error }, 'the accounts could not be read');
      },
    });
  }

  start(): void {
    this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  async refresh(): Promise<void> {
    const accounts = await this.accountant.accounts();
    const ages = await waitingAges(accounts, this.log);
    const near = await this.nearExpiry(ages);
    this.forget();
    for (const { group, handler, topic, remainder } of accounts) {
      this.gauges.accountingRemainder.set({ group, handler, topic }, remainder);
    }
    for (const { group, topic, ageMs } of ages) {
      this.gauges.consumerLag.set({ group, topic }, Math.max(0, ageMs) / 1_000);
      this.gauges.expiryNear.set({ group, topic }, near.has(nameOf({ group, topic })) ? 1 : 0);
    }
    this.shown = accounts;
    this.ages = ages;
    this.warn(accounts, ages, near);
  }

  /** An old value would pass for the present one. */
  private forget(): void {
    for (const { group, handler, topic } of this.shown) {
      this.gauges.accountingRemainder.remove({ group, handler, topic });
    }
    for (const { group, topic } of this.ages) {
      this.gauges.consumerLag.remove({ group, topic });
      this.gauges.expiryNear.remove({ group, topic });
    }
    this.shown = [];
    this.ages = [];
  }

  private async nearExpiry(ages: readonly WaitingAge[]): Promise<ReadonlySet<string>> {
    const waiting = ages.filter(({ ageMs }) => ageMs > 0);
    const described = await this.log.admin.describeTopics([...new Set(waiting.map(({ topic }) => topic))]);
    const retention = new Map(
      described.map(({ topic, config }) => [topic, Number(config['retention.ms'] ?? KAFKA_RETENTION_MS)]),
    );
    const isNear = ({ topic, ageMs }: WaitingAge) => {
      const keptMs = retention.get(topic) ?? KAFKA_RETENTION_MS;
      return keptMs > 0 && ageMs > keptMs / 2;
    };
    return new Set(waiting.filter(isNear).map(nameOf));
  }

  /** Once, when it begins. */
  private warn(accounts: readonly Account[], ages: readonly WaitingAge[], near: ReadonlySet<string>): void {
    const wrong = accounts.filter(({ remainder }) => remainder !== 0);
    const now = new Set([...wrong.map(nameOf), ...near]);
    for (const account of wrong) {
      if (this.warned.has(nameOf(account))) continue;
      const { group, handler, topic, remainder, gaps, conflicts } = account;
      const some = { gaps: gaps.slice(0, 10), conflicts: conflicts.slice(0, 10) };
      this.logger.error({ group, handler, topic, remainder, ...some }, 'events without exactly one outcome');
    }
    for (const age of ages) {
      if (!near.has(nameOf(age)) || this.warned.has(nameOf(age))) continue;
      const { group, topic, ageMs } = age;
      this.logger.warn(
        { group, topic, ageSeconds: Math.round(ageMs / 1_000) },
        'half the retention has passed over events that still wait',
      );
    }
    this.warned.clear();
    for (const name of now) this.warned.add(name);
  }
}

const nameOf = ({ group, handler, topic }: { group: string; handler?: string; topic: string }): string =>
  JSON.stringify([group, handler, topic]);
