import { describe, expect, it } from 'vitest';
import { type Engine, PointList } from './crash-point';
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
    'with gone as (delete /* of the relay */ from outbox returning seq) select seq from gone',
    'update -- the oldest\n orders set status = $1',
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

const lists = (['embedded', 'kafka'] as const).flatMap((engine) =>
  (['saga', 'choreography'] as const).map((flow) => ({ engine, flow })),
);

describe.for(lists)('the list of crash points, $engine, $flow', ({ engine, flow }) => {
  const list = new PointList(engine, flow);

  it('has both sides of every name once', () => {
    const told = list.points.map(({ side, name }) => `${side} ${name}`);
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((point) => point.startsWith('before'))).toHaveLength(told.length / 2);
    expect(list.always.length).toBeGreaterThan(0);
  });

  it('tells a crossing that nobody has named, and a name that nothing comes to', () => {
    const names = list.points.map(({ name }) => name);
    const last = names.at(-1);
    expect(list.unlisted([...names, ...list.sometimes])).toEqual([]);
    expect(list.unlisted([...names, 'commit: Charge.chargeTwice'])).toEqual(['commit: Charge.chargeTwice']);
    // An event that came again publishes nothing; one that is listed without events publishes none.
    const publishing = [...names].filter((name) => name.includes(' of ') && name.includes(', publishes '));
    expect(publishing.length).toBeGreaterThan(0);
    expect(list.unlisted(publishing.map((name) => name.replace(/, publishes .*/, '')))).toEqual([]);
    expect(list.unlisted([`${publishing[0]}, shouts`])).toEqual([`${publishing[0]}, shouts`]);
    expect(list.missing(new Set(names.filter((name) => name !== last)))).toEqual([last]);
  });

  it('has no crossing that a rule takes for background', () => {
    expect([...list.always, ...list.sometimes].filter((name) => ruleFor(name))).toEqual([]);
  });
});

describe('the rules for what no order waits for', () => {
  const whys = (names: readonly string[], engine: Engine) => idleRules(names, engine).map(({ why }) => why);

  it('tells one that nothing needs', () => {
    const tables = 'tables are made before anything is accepted';
    expect(whys([], 'embedded')).toContain(tables);
    expect(whys(['commit: migrate.migrate'], 'embedded')).not.toContain(tables);
  });

  it('does not ask for those of the other engine', () => {
    const topics = 'topics are made before anything is accepted';
    expect(whys([], 'embedded')).toContain(topics);
    expect(whys([], 'kafka')).not.toContain(topics);
  });
});
