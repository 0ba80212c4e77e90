import { describe, expect, it } from 'vitest';
import { compile, sql } from './sql';
import { StatementNames } from './statement-names';

describe('the name of a statement', () => {
  it('is one for each text, and stays', () => {
    const names = new StatementNames();
    const first = names.nameOf('select 1');
    expect(first).toBeDefined();
    expect(names.nameOf('select 2')).not.toBe(first);
    expect(names.nameOf('select 1')).toBe(first);
  });

  it.each([
    'select * from orders',
    'select distinct * from orders',
    'select orders.*, 1 from orders',
    'select 1, * from orders',
    'insert into orders values (1) returning *',
  ])('is not given to what answers with whatever columns there are: %s', (text) => {
    expect(new StatementNames().nameOf(text)).toBeUndefined();
  });

  it.each([
    'select count(*) from orders',
    'select price * 2 from orders',
    'insert into orders select * from unnest($1::int[])',
  ])("is given where a star stands for no table's columns: %s", (text) => {
    expect(new StatementNames().nameOf(text)).toBeDefined();
  });

  it('is not given where the plan has to fit the table as it is', () => {
    const { text } = compile(sql`delete ${sql.freshPlan} from orders where id = any(${[1]})`);
    expect(new StatementNames().nameOf(text)).toBeUndefined();
  });

  it('is given to so many only', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 300 }, (_, nth) => names.nameOf(`select ${nth}`));
    expect(given.filter((name) => name !== undefined)).toHaveLength(200);
    expect(names.nameOf('select 0')).toBe(given[0]);
  });
});
