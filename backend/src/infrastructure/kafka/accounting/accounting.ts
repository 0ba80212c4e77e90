import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { Account } from './account';
import { type AccountSource, accountSourceOf } from './account-source';
import { type AccountFilter, Accountant } from './accountant';
import type { AuditReport } from './audit/audit-finding';
import { type AuditOptions, Auditor } from './audit/auditor';

/** What became of every event that one application takes, and whether that is true. */
export class Accounting {
  private readonly readings = new Map<string, Promise<readonly Account[]>>();

  /** `source` throws where there are no accounts. */
  constructor(private readonly source: () => AccountSource) {}

  /** Callers at the same time share one reading. Rejects with `NO_ACCOUNTS` without a database. */
  accounts({ topic, group, handler }: AccountFilter = {}): Promise<readonly Account[]> {
    const key = JSON.stringify([topic, group, handler]);
    const underWay = this.readings.get(key);
    if (underWay) return underWay;
    const reading = this.read({ topic, group, handler }).finally(() => this.readings.delete(key));
    this.readings.set(key, reading);
    return reading;
  }

  /** Reads the raw log again and compares. Rejects with `NO_ACCOUNTS` without a database. */
  async audit(options: AuditOptions = {}): Promise<AuditReport> {
    return new Auditor(this.source()).audit(options);
  }

  private async read(filter: AccountFilter): Promise<readonly Account[]> {
    return new Accountant(this.source()).accounts(filter);
  }
}

const known = new WeakMap<KafkaRuntime, Accounting>();

/** The one `Accounting` of a runtime. */
export function accountingOf(runtime: KafkaRuntime): Accounting {
  const made = known.get(runtime) ?? new Accounting(() => accountSourceOf(runtime));
  known.set(runtime, made);
  return made;
}
