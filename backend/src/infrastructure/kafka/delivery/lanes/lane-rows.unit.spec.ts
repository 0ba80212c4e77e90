import { describe, expect, it } from 'vitest';
import { LaneRows } from './lane-rows';
import { ParkedCount } from './parked-count';

function rowsOf(total: ParkedCount, parked: Readonly<Record<string, number>> = {}, mostOfOneLane = 3) {
  const turns: boolean[] = [];
  const rows: LaneRows = new LaneRows({
    parked: new Map(Object.entries(parked)),
    total,
    mostOfOneLane,
    onTurn: () => turns.push(rows.full),
  });
  return { rows, turns };
}

describe('the rows of a partition', () => {
  it('are full with one lane at its limit, and tell when they turn', () => {
    const { rows, turns } = rowsOf(new ParkedCount(100));
    for (const lane of ['a', 'a', 'b', 'a']) rows.add(lane, 1);
    rows.add('a', -1);
    expect(turns).toEqual([true, false]);
  });

  it('are full when the partitions of the subscription have too many together, and tell all of them', () => {
    const total = new ParkedCount(4);
    const one = rowsOf(total, { a: 2 });
    const other = rowsOf(total);
    other.rows.add('b', 2);
    expect([one.turns, other.turns]).toEqual([[true], [true]]);
    one.rows.forget('a');
    expect([one.turns, other.turns]).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('are set right by what the table says, and never fall below none', () => {
    const total = new ParkedCount(100);
    const { rows } = rowsOf(total, { a: 1 });
    rows.atLeast('a', 5);
    rows.atLeast('a', 2);
    expect([rows.sum, total.value]).toEqual([5, 5]);
    rows.add('b', -1);
    expect([rows.has('b'), rows.sum, total.value]).toEqual([false, 5, 5]);
    rows.forget('a');
    expect([rows.has('a'), rows.sum, total.value]).toEqual([false, 0, 0]);
  });

  it('count for nobody when the tenure is over', () => {
    const total = new ParkedCount(2);
    const { rows, turns } = rowsOf(total, { a: 2 });
    rows.end();
    rows.end();
    rows.add('a', 1);
    total.add(2);
    expect([total.value, rows.sum, rows.full]).toEqual([2, 0, true]);
    expect(turns).toEqual([]);
  });
});
