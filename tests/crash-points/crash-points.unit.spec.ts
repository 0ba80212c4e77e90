import { describe, expect, it } from 'vitest';
import { PointList } from './crash-point';
import { idleRules, ruleFor } from './not-an-order';
import { boundOf, writes } from './product/statement';
import { UnitNotes } from './product/unit-notes';

describe('what counts as a crossing', () => {
  it.each([
    'insert into orders (id) values ($1)',
    'update sagas set status = $1',
    'with gone as (delete from outbox returning seq) select seq from gone',
    'select topic from relay_to_log($1::bigint[])',
    'select log.append($1, $2)',
    'select some_function_of_tomorrow($1)',
  ])('%s can change something', (text) => {
    expect(writes(text)).toBe(true);
  });

  it.each([
    'select id from orders where id = any($1::uuid[]) for no key update',
    'select seen.id from unnest($1::text[]) as seen (id) join orders on orders.id = seen.id',
    'with wanted as (select count(*) from log.read($1, $2, $3, $4, $5)) select * from wanted',
    'listen outbox_order',
  ])('%s only reads', (text) => {
    expect(writes(text)).toBe(false);
  });

  it('knows where transactions begin and end', () => {
    const bounds = ['begin; set local x = 1', 'COMMIT', ' rollback', 'select 1'].map(boundOf);
    expect(bounds).toEqual(['begin', 'commit', 'rollback', undefined]);
  });
});

describe('the name of a commit', () => {
  it('is whose it is, one for each handler and topic in it', () => {
    const notes = new UnitNotes('Store.together');
    expect(notes.names()).toEqual(['commit: Store.together']);
    const [first, second] = [{ handler: 'a.one' }, { handler: 'a.one' }];
    notes.ran(first, 'z.done');
    notes.ran(first, 'b.done');
    notes.ran(second);
    notes.appended(['a-events']);
    expect(notes.names()).toEqual([
      'commit: Store.together, appends to a-events',
      'commit: Store.together of a.one, publishes b.done and z.done',
      'commit: Store.together of a.one',
    ]);
  });
});

describe('the list of crash points', () => {
  const list = new PointList('embedded');

  it('has both sides of every name once', () => {
    expect(list.points).toHaveLength(2 * new Set(list.always).size);
    expect(list.always.length).toBeGreaterThan(0);
  });

  it('tells a crossing that nobody has named, and a name that nothing comes to', () => {
    const [first = '', ...others] = list.always;
    expect(list.unlisted([...list.always, ...list.sometimes])).toEqual([]);
    expect(list.unlisted([...list.always, 'commit: Charge.chargeTwice'])).toEqual([
      'commit: Charge.chargeTwice',
    ]);
    expect(list.missing(new Set(others))).toEqual([first]);
  });

  it('has no crossing that a rule takes for background', () => {
    expect([...list.always, ...list.sometimes].filter((name) => ruleFor(name))).toEqual([]);
  });

  it('tells a rule that nothing needs', () => {
    expect(idleRules(['commit: migrate.migrate']).map(({ why }) => why)).not.toContain(
      'tables are made before anything is accepted',
    );
    expect(idleRules([]).length).toBeGreaterThan(0);
  });
});
