import { describe, expect, it } from 'vitest';
import { compile, sql } from './sql';

describe('the sql tag', () => {
  it('makes parameters of values, never text', () => {
    expect(compile(sql`select ${"'; drop table x; --"} as a, ${null} as b`)).toEqual({
      text: 'select $1 as a, $2 as b',
      values: ["'; drop table x; --", null],
    });
  });

  it('splices fragments and numbers their parameters on', () => {
    const condition = sql`id = ${7} and name = ${'x'}`;
    expect(compile(sql`select ${1} from t where ${condition} limit ${2}`)).toEqual({
      text: 'select $1 from t where id = $2 and name = $3 limit $4',
      values: [1, 7, 'x', 2],
    });
  });

  it('quotes names', () => {
    expect(compile(sql`select * from ${sql.id('or"der')}`).text).toBe('select * from "or""der"');
  });
});
