import { describe, expect, it } from 'vitest';
import { handlerOf, recordOf } from '@/testing/delivery/membership-fixture';
import { OutcomeCode } from '../outcome-codes';
import { SubscriptionPlan } from './subscription-plan';

const { ownRow, ignored, repeated } = OutcomeCode;
const run = () => undefined;
const stock = handlerOf('stock', ['created', 'cancelled'], run);
const mail = handlerOf('mail', ['created'], run, { options: { effects: 'external' } });
const search = handlerOf('search', ['indexed'], run, { batch: { run, maxEvents: 10 } });
const ledger = handlerOf('ledger', ['cancelled'], run);

const plans = new SubscriptionPlan([stock, mail, search, ledger], true);
const namesOf = (plan: ReturnType<SubscriptionPlan['of']>) => plan?.handlers.map(({ name }) => name);

const rowOf = (...pending: readonly string[]) => ({
  record: recordOf(1n, 'k', 'created'),
  lane: 'kk',
  pending,
  handler: null,
  attempts: 0,
  state: 'waiting' as const,
  editedValue: null,
});

describe('SubscriptionPlan', () => {
  it('gives an event to the handlers of its type, in the order of registration', () => {
    expect(namesOf(plans.of('created'))).toEqual(['stock', 'mail']);
    expect(namesOf(plans.of('cancelled'))).toEqual(['stock', 'ledger']);
    expect(plans.of('unknown')).toBeUndefined();
  });

  it('keeps an account for every handler, also of types that it does not take', () => {
    expect(plans.accounts).toEqual(['stock', 'mail', 'search', 'ledger']);
    expect(plans.of('created')?.codes).toEqual([ownRow, ownRow, ignored, ignored]);
    expect(plans.ignored).toEqual([ignored, ignored, ignored, ignored]);
    expect(plans.ownRows).toEqual([ownRow, ownRow, ownRow, ownRow]);
  });

  it('shares transactions where all effects are SQL, and none where there is no database', () => {
    expect(plans.of('cancelled')?.kind).toBe('shared');
    expect(plans.of('created')?.kind).toBe('alone');
    expect(plans.of('indexed')?.kind).toBe('batch');
    expect(new SubscriptionPlan([stock], false).of('created')?.kind).toBe('alone');
  });

  it('runs a batch handler alone where another one takes the same type', () => {
    const both = new SubscriptionPlan([search, handlerOf('other', ['indexed'], run)], true);
    expect(both.of('indexed')?.kind).toBe('alone');
  });

  it('is cut down to some handlers, and then may be run in another way', () => {
    const created = plans.of('created');
    if (!created) throw new Error('no plan');
    expect(plans.only(created, () => true)).toBe(created);
    expect(plans.only(created, () => false)).toBeUndefined();
    const rest = plans.only(created, (name) => name === 'stock');
    expect([namesOf(rest), rest?.kind]).toEqual([['stock'], 'shared']);
  });

  it('leaves of a parked event what its row waits for; of one that could not be read, everything', () => {
    expect(namesOf(plans.left('created', rowOf('mail')))).toEqual(['mail']);
    expect(namesOf(plans.left('created', rowOf('*')))).toEqual(['stock', 'mail']);
    expect(namesOf(plans.left('created', undefined))).toEqual(['stock', 'mail']);
    expect(plans.left('created', rowOf('gone'))).toBeUndefined();
    expect(plans.left('unknown', rowOf('mail'))).toBeUndefined();
  });

  it('knows the handlers of a row that are registered elsewhere', () => {
    expect(plans.strangers(rowOf('mail', 'gone', 'search'))).toEqual(['gone']);
    expect(plans.strangers(rowOf('*'))).toEqual([]);
    expect(plans.strangers(undefined)).toEqual([]);
  });

  it('notes whose effect is known from another offset', () => {
    const codes = plans.of('created')?.codes ?? [];
    expect(plans.withRepeated(codes, [])).toBe(codes);
    expect(plans.withRepeated(codes, ['mail'])).toEqual([ownRow, repeated, ignored, ignored]);
  });
});
