import type { Client } from 'pg';
import type { Workload } from '../../workload/workload.ts';

/** What a handler writes: one row an event. `ordinal` tells in which order. */
export const EFFECTS_TABLE = `
  create table effects (
    event int primary key,
    key int not null,
    place int not null,
    ordinal bigint generated always as identity
  )`;

const LOOK_EVERY_MS = 5;

/** Resolves when so many rows are committed; of `progress` there is one for each partition that was taken over. */
export async function untilStored(
  client: Client,
  table: 'effects' | 'inbox' | 'progress',
  count: number,
): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`select count(*)::int as stored from ${table}`);
    if (rows[0].stored >= count) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Throws unless each event of the workload had its one effect, those of a key in order. */
export async function checkEffects(
  client: Client,
  { count, placeOf, keyOf }: Workload,
  from = 0,
): Promise<void> {
  const { rows } = await client.query('select event, key, place from effects order by ordinal');
  if (rows.length !== count - from) {
    throw new Error(`Lost or doubled: ${rows.length} effects of ${count - from} events.`);
  }
  const last = new Map<number, number>();
  for (const { event, key, place } of rows) {
    if (keyOf[event] !== key || placeOf[event] !== place) throw new Error(`Event ${event} was changed.`);
    const before = last.get(key);
    if (before !== undefined && place !== before + 1) {
      throw new Error(`Fault of order: event ${place} of key ${key} came after ${before}.`);
    }
    last.set(key, place);
  }
}
