import type pg from 'pg';

/** A fault that no part of the shop makes, with the way back. One that changes nothing is refused. */
export type PlantedFault<Told = object> = Told & AsyncDisposable;

/** Throws where the statement changes another number of rows than one. */
export async function oneRow(
  database: pg.Pool,
  statement: string,
  values: readonly unknown[],
): Promise<void> {
  const { rowCount } = await database.query(statement, [...values]);
  if (rowCount !== 1) throw new Error(`${rowCount} rows, not one: ${statement}`);
}

export async function rowGone(
  database: pg.Pool,
  table: string,
  where: string,
  values: readonly unknown[],
): Promise<AsyncDisposable> {
  const { rows } = await database.query<{ row: string }>(
    `with gone as (delete from ${table} where ${where} returning *) select gone::text as row from gone`,
    [...values],
  );
  const [row, ...others] = rows;
  if (!row || others.length > 0) throw new Error(`${rows.length} rows of ${table} are gone, not one.`);
  const overriding = table === 'inventory.movements' ? 'overriding system value' : '';
  return {
    [Symbol.asyncDispose]: () =>
      oneRow(database, `insert into ${table} ${overriding} select ($1::${table}).*`, [row.row]),
  };
}
