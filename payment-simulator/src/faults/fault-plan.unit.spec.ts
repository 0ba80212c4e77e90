import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/simulator.errors.ts';
import { FaultPlan, parseFaultSettings } from './fault-plan.ts';

describe('fault settings', () => {
  it('strike every request a mode is meant for, unless told otherwise', () => {
    expect(parseFaultSettings({ mode: 'lost-reply' })).toEqual({
      mode: 'lost-reply',
      rate: 1,
      delayMs: 1_000,
      declineCode: 'generic_decline',
      operations: ['confirm', 'cancel', 'refund'],
    });
    expect(parseFaultSettings({ mode: 'decline' }).operations).toEqual(['confirm']);
  });

  it.each([
    [undefined, 'body'],
    [[], 'body'],
    [{}, 'mode'],
    [{ mode: 'error', rate: '0.5' }, 'rate'],
    [{ mode: 'error', rate: Number.NaN }, 'rate'],
    [{ mode: 'delay', delayMs: 1.5 }, 'delayMs'],
    [{ mode: 'delay', delayMs: 60_001 }, 'delayMs'],
    [{ mode: 'decline', operations: ['cancel'] }, 'operations'],
    [{ mode: 'error', operations: 'confirm' }, 'operations'],
    [{ mode: 'decline', declineCode: 'moody' }, 'declineCode'],
    [{ mode: 'none', seed: 1 }, 'seed'],
  ])('%j are refused at %s', (input, path) => {
    const refused = (() => {
      try {
        return parseFaultSettings(input);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(InvalidInputError);
    expect((refused as InvalidInputError).faults.map((fault) => fault.path)).toEqual([path]);
  });
});

describe('a fault plan', () => {
  it('strikes by its rate, and counts', () => {
    const dice = [0.1, 0.29, 0.3, 0.9];
    const plan = new FaultPlan(() => dice.shift() ?? 1);
    plan.set(parseFaultSettings({ mode: 'error', rate: 0.3, operations: ['confirm'] }));
    expect(plan.draw('create')).toBe('none');
    const drawn = Array.from({ length: 4 }, () => plan.draw('confirm'));
    expect(drawn).toEqual(['error', 'error', 'none', 'none']);
    expect(plan.settings.struck).toBe(2);
    plan.set(parseFaultSettings({ mode: 'none' }));
    expect(plan.settings).toMatchObject({ mode: 'none', struck: 0 });
  });
});
