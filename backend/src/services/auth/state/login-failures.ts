import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { type FailedLogins, THROTTLE } from '../domain/login-throttle';

@Injectable()
export class LoginFailures {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async of(email: string): Promise<FailedLogins | undefined> {
    const row = await this.database.row<{ count: number; seconds: number }>(sql`
      select count, extract(epoch from clock_timestamp() - first_at)::float8 as seconds
      from login_failures
      where account = ${accountOf(email)}
        and first_at > clock_timestamp() - make_interval(secs => ${THROTTLE.windowSeconds})`);
    return row && { count: row.count, secondsSinceFirst: row.seconds };
  }

  /** Counts one more; a window that is over begins anew. Part of the unit of work. */
  async add(email: string): Promise<void> {
    const windowStart = sql`clock_timestamp() - make_interval(secs => ${THROTTLE.windowSeconds})`;
    await this.unitOfWork.sql.run(sql`
      insert into login_failures as known (account, count, first_at)
      values (${accountOf(email)}, 1, clock_timestamp())
      on conflict (account) do update set
        count = case when known.first_at > ${windowStart} then known.count + 1 else 1 end,
        first_at = case when known.first_at > ${windowStart} then known.first_at else excluded.first_at end`);
    await this.unitOfWork.sql.run(sql`
      delete from login_failures where account in (
        select account from login_failures where first_at < ${windowStart} limit 100 for update skip locked)`);
  }

  /** Part of the unit of work. */
  async clear(email: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`delete from login_failures where account = ${accountOf(email)}`);
  }
}

const accountOf = (email: string): string => createHash('sha256').update(email).digest('base64url');
