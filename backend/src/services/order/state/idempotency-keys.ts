import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';

export interface KeyUse {
  readonly userId: string;
  readonly key: string;
  readonly requestHash: string;
  readonly orderId: string;
}

/** What each user has asked for under a key of theirs; needs a unit of work in progress. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Undefined: the key is ours with this transaction. Otherwise the use that came first; a concurrent one is
   * waited for.
   */
  async claim(use: KeyUse): Promise<KeyUse | undefined> {
    const { sql: session } = this.unitOfWork;
    const claimed = await session.run(sql`
      insert into idempotency_keys (user_id, key, request_hash, order_id)
      values (${use.userId}, ${use.key}, ${use.requestHash}, ${use.orderId}) on conflict do nothing`);
    if (claimed === 1) return undefined;
    return session.row<KeyUse>(sql`
      select user_id as "userId", key, request_hash as "requestHash", order_id as "orderId"
      from idempotency_keys where user_id = ${use.userId} and key = ${use.key}`);
  }
}
