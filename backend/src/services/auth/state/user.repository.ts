import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { Profile } from '../domain/profile';

export interface NewUser {
  readonly userId: string;
  readonly email: string;
  readonly name: string | undefined;
  readonly passwordHash: string;
}

export interface Credentials {
  readonly userId: string;
  readonly email: string;
  readonly passwordHash: string;
}

interface UserRow {
  readonly user_id: string;
  readonly email: string;
  readonly name: string | null;
  readonly password_hash: string;
  readonly is_email_verified: boolean;
  readonly registered_at: Date;
}

@Injectable()
export class UserRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** False where the address has an account already. Part of the unit of work. */
  async add({ userId, email, name, passwordHash }: NewUser): Promise<boolean> {
    const added = await this.unitOfWork.sql.run(sql`
      insert into users (user_id, email, name, password_hash)
      values (${userId}, ${email}, ${name ?? null}, ${passwordHash})
      on conflict (email) do nothing`);
    return added === 1;
  }

  async credentialsOf(email: string): Promise<Credentials | undefined> {
    const row = await this.database.row<UserRow>(sql`
      select user_id, email, password_hash from users where email = ${email}`);
    return row && { userId: row.user_id, email: row.email, passwordHash: row.password_hash };
  }

  async profileOf(userId: string): Promise<Profile | undefined> {
    const row = await this.database.row<UserRow>(sql`
      select user_id, email, name, is_email_verified, registered_at from users where user_id = ${userId}`);
    if (!row) return undefined;
    return {
      userId: row.user_id,
      email: row.email,
      name: row.name,
      isEmailVerified: row.is_email_verified,
      registeredAt: row.registered_at.toISOString(),
    };
  }

  /** Account and history go. Part of the unit of work. */
  async erase(userId: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`delete from users where user_id = ${userId}`);
    await this.unitOfWork.sql.run(sql`delete from order_history where user_id = ${userId}`);
  }
}
