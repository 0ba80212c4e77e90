import type { LedgerEntry, LedgerPage, LedgerPageRequest, LedgerTotals } from '../domain/ledger.ts';
import { Ledger } from '../domain/ledger.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';
import type { Refund } from '../domain/refund.ts';
import type { KeyOptions } from '../idempotency/idempotency-keys.ts';
import { IdempotencyKeys } from '../idempotency/idempotency-keys.ts';
import type { Page, PageRequest } from './collection.ts';
import { Collection } from './collection.ts';
import { Journal } from './journal.ts';
import type { JournalPosition } from './journal-replay.ts';
import type { PaymentRecord } from './payment-record.ts';

export interface PaymentStoreOptions {
  readonly file: string;
  readonly keys: KeyOptions;
}

export interface OpenedStore {
  readonly store: PaymentStore;
  readonly droppedBytes: number;
}

/**
 * All payments, in memory for reading and in the journal for keeping. A change is visible at once and durable
 * when `commit` resolves; whoever answers from what is visible takes it first and then waits for `settled`.
 */
export class PaymentStore {
  readonly intents = new Collection<PaymentIntent>();
  readonly refunds = new Collection<Refund>();
  readonly keys: IdempotencyKeys;
  readonly #ledger = new Ledger();
  readonly #intentOfCharge = new Map<string, string>();
  readonly #refundsOfIntent = new Map<string, Collection<Refund>>();
  #journal!: Journal;

  private constructor(keys: KeyOptions) {
    this.keys = new IdempotencyKeys(keys);
  }

  static async open(options: PaymentStoreOptions): Promise<OpenedStore> {
    const store = new PaymentStore(options.keys);
    const { journal, replay } = await Journal.open(options.file, (entry, position) => {
      const record = entry as PaymentRecord;
      store.#apply(record);
      store.#remember(record, position);
    });
    store.#journal = journal;
    return { store, droppedBytes: replay.dropped };
  }

  get journalBytes(): number {
    return this.#journal.size;
  }

  async commit(record: PaymentRecord): Promise<void> {
    const appended = this.#journal.append(record);
    this.#apply(record);
    this.#remember(record, await appended);
  }

  settled(): Promise<void> {
    return this.#journal.settled();
  }

  async recordAt(position: JournalPosition): Promise<PaymentRecord> {
    return (await this.#journal.read(position)) as PaymentRecord;
  }

  intentOfCharge(charge: string): PaymentIntent | undefined {
    const id = this.#intentOfCharge.get(charge);
    return id === undefined ? undefined : this.intents.get(id);
  }

  refundsOfIntent(intent: string, request: PageRequest): Page<Refund> {
    return this.#refundsOfIntent.get(intent)?.page(request) ?? { items: [], hasMore: false };
  }

  ledger(orderId?: string): LedgerEntry[] {
    return this.#ledger.entries(orderId);
  }

  ledgerPage(request: LedgerPageRequest): LedgerPage {
    return this.#ledger.page(request);
  }

  totals(): LedgerTotals {
    return this.#ledger.totals();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #apply({ intent, refund }: PaymentRecord): void {
    if (intent === undefined) return;
    this.#ledger.record(this.intents.get(intent.id), intent);
    this.intents.put(intent);
    if (intent.received > 0 && intent.charge !== null) this.#intentOfCharge.set(intent.charge, intent.id);
    if (refund === undefined) return;
    this.#ledger.recordRefund(intent, refund);
    this.refunds.put(refund);
    const ofIntent = this.#refundsOfIntent.get(intent.id) ?? new Collection<Refund>();
    ofIntent.put(refund);
    this.#refundsOfIntent.set(intent.id, ofIntent);
  }

  #remember({ at, answer }: PaymentRecord, position: JournalPosition): void {
    if (answer === undefined) return;
    const { key, fingerprint, requestId } = answer;
    this.keys.save(key, { fingerprint, requestId, savedAt: at, position });
  }
}
