import { describe, expect, it } from 'vitest';
import { StatementNames } from './statement-names';

describe('the name of a statement', () => {
  it('is one for each text, and stays', () => {
    const names = new StatementNames();
    const first = names.nameOf('select 1');
    expect(first).toBeDefined();
    expect(names.nameOf('select 2')).not.toBe(first);
    expect(names.nameOf('select 1')).toBe(first);
  });

  it('is not given to what answers with whatever columns there are', () => {
    expect(new StatementNames().nameOf('select * from orders')).toBeUndefined();
  });

  it('is given to so many only', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 300 }, (_, nth) => names.nameOf(`select ${nth}`));
    expect(given.filter((name) => name !== undefined)).toHaveLength(200);
    expect(names.nameOf('select 0')).toBe(given[0]);
  });
});
