import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { CartHolder, CartLine, PricedLine } from '../domain/cart';

interface LineRow {
  readonly product_id: string;
  readonly quantity: number;
  readonly name: string;
  readonly price_minor: string;
}

@Injectable()
export class CartRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async isVisitorCart(cartId: string): Promise<boolean> {
    const row = await this.session.row(
      sql`select 1 from carts where cart_id = ${cartId} and user_id is null`,
    );
    return row !== undefined;
  }

  async lines(cartId: string): Promise<PricedLine[]> {
    const rows = await this.session.rows<LineRow>(sql`
      select product_id, quantity, name, price_minor from cart_lines join products using (product_id)
      where cart_id = ${cartId} order by position`);
    return rows.map((row) => ({
      productId: row.product_id,
      quantity: row.quantity,
      name: row.name,
      priceMinor: Number(row.price_minor),
    }));
  }

  /** Makes the cart where there is none and holds its lock to the end of the unit of work. */
  async lock({ cartId, userId }: CartHolder): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into carts (cart_id, user_id) values (${cartId}, ${userId})
      on conflict (cart_id) do update set updated_at = clock_timestamp()`);
  }

  /** False where there is no such cart. Holds its lock to the end of the unit of work. */
  async lockExisting({ cartId, userId }: CartHolder): Promise<boolean> {
    const row = await this.unitOfWork.sql.row(sql`
      select 1 from carts where cart_id = ${cartId} and user_id is not distinct from ${userId} for update`);
    return row !== undefined;
  }

  async setLines(cartId: string, lines: readonly CartLine[]): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into cart_lines (cart_id, product_id, quantity)
      select ${cartId}, product_id, quantity from unnest(
        ${lines.map((line) => line.productId)}::text[], ${lines.map((line) => line.quantity)}::int[]
      ) as line (product_id, quantity)
      on conflict (cart_id, product_id) do update set quantity = excluded.quantity`);
  }

  /** Takes the quantities out; a line that has nothing left goes. */
  async take(cartId: string, lines: readonly CartLine[]): Promise<void> {
    const ids = lines.map((line) => line.productId);
    const quantities = lines.map((line) => line.quantity);
    const taken = sql`unnest(${ids}::text[], ${quantities}::int[]) as taken (product_id, quantity)`;
    await this.unitOfWork.sql.run(sql`
      delete from cart_lines line using ${taken}
      where line.cart_id = ${cartId} and line.product_id = taken.product_id and line.quantity <= taken.quantity`);
    await this.unitOfWork.sql.run(sql`
      update cart_lines line set quantity = line.quantity - taken.quantity from ${taken}
      where line.cart_id = ${cartId} and line.product_id = taken.product_id and line.quantity > taken.quantity`);
  }

  async remove(cartId: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`delete from carts where cart_id = ${cartId}`);
  }

  /** Sees what the unit of work in progress wrote. */
  private get session(): SqlSession {
    return this.unitOfWork.inProgress ? this.unitOfWork.sql : this.database;
  }
}
