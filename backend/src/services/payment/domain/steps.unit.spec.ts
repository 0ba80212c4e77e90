import { describe, expect, it } from 'vitest';
import { chargeStep, mayEnd, onIntentMade } from './charge-step';
import type { Intent, IntentState, Refund, RefundState } from './intent';
import { isPassing } from './passing-decline';
import { onRequested } from './payment';
import { mayEndUndo, refundStep, undoStep } from './undo-step';

const intent = (state: IntentState): Intent => ({ id: 'pi_1', state, capturedMinor: 0 });
const refund = (amountMinor: number, state: RefundState = 'succeeded'): Refund => ({
  id: `re_${amountMinor}`,
  amountMinor,
  state,
});

describe('a charge', () => {
  it.each<[IntentState, string, string]>([
    ['open', 'confirm', 'cancel'],
    ['processing', 'wait', 'wait'],
    ['succeeded', 'complete', 'complete'],
    ['declined', 'fail', 'fail'],
    ['cancelled', 'fail', 'fail'],
    ['action', 'cancel', 'cancel'],
  ])('of an intent that is %s goes on by %s, and after its deadline by %s', (state, inTime, late) => {
    expect(chargeStep(intent(state), false).kind).toBe(inTime);
    expect(chargeStep(intent(state), true).kind).toBe(late);
  });

  it('confirms the one intent that the payment names', () => {
    expect(onIntentMade({ status: 'open', intentId: null }, 'pi_1')).toBe('keep');
    expect(onIntentMade({ status: 'open', intentId: 'pi_1' }, 'pi_1')).toBe('keep');
    expect(onIntentMade({ status: 'open', intentId: 'pi_2' }, 'pi_1')).toBe('use_other');
    expect(onIntentMade({ status: 'voiding', intentId: null }, 'pi_1')).toBe('taken_back');
    expect(onIntentMade(undefined, 'pi_1')).toBe('taken_back');
  });

  it('ends by the intent that it is about', () => {
    const open = { status: 'open', intentId: 'pi_1', answered: ['r0'] } as const;
    expect(mayEnd(open, 'pi_1', 'r1')).toBe(true);
    expect(mayEnd({ ...open, intentId: 'pi_2' }, 'pi_1', 'r1')).toBe(false);
    expect(mayEnd({ ...open, status: 'voiding' }, 'pi_1', 'r1')).toBe(false);
  });

  it('is not ended by a run whose request was answered', () => {
    expect(mayEnd({ status: 'open', intentId: 'pi_1', answered: ['r1'] }, 'pi_1', 'r1')).toBe(false);
  });

  it('is tried again for a new request after a decline that may pass, and after no other', () => {
    const failed = (code: string) => ({
      status: 'failed' as const,
      failure: { code, message: '' },
      requests: ['r1'],
      answered: [],
    });
    expect(isPassing(null)).toBe(false);
    expect(onRequested(failed('PROCESSING_ERROR'), 'r2')).toBe('charge_again');
    expect(onRequested(failed('PROCESSING_ERROR'), 'r1')).toBe('answer_failed');
    expect(onRequested(failed('CARD_DECLINED'), 'r2')).toBe('answer_failed');
    expect(onRequested({ ...failed('PROCESSING_ERROR'), requests: [] }, 'r2')).toBe('answer_failed');
  });
});

describe('an undoing', () => {
  it.each<[IntentState, string]>([
    ['open', 'cancel'],
    ['declined', 'cancel'],
    ['action', 'cancel'],
    ['processing', 'wait'],
    ['succeeded', 'refund'],
    ['cancelled', 'voided'],
  ])('of an intent that is %s goes on by %s', (state, step) => {
    expect(undoStep(intent(state))).toBe(step);
  });

  it.each<[string, readonly Refund[], unknown]>([
    ['nothing', [], { kind: 'refund' }],
    ['a failed one', [refund(1_000, 'failed')], { kind: 'refund' }],
    ['a part', [refund(400)], { kind: 'refund' }],
    ['a pending one', [refund(1_000, 'pending')], { kind: 'wait' }],
    ['a part and a pending rest', [refund(600, 'pending'), refund(400)], { kind: 'wait' }],
    ['all of it', [refund(1_000)], { kind: 'refunded', amountMinor: 1_000, refundId: 're_1000' }],
    ['two parts', [refund(600), refund(400)], { kind: 'refunded', amountMinor: 1_000, refundId: 're_600' }],
  ])('of 1,000 with %s refunded', (_, refunds, step) => {
    expect(refundStep(1_000, refunds)).toEqual(step);
  });

  it('that brought the money back is true after another that was refused, and not the other way round', () => {
    expect(mayEndUndo('refund_refused', 'refunded')).toBe(true);
    expect(mayEndUndo('refunded', 'refund_refused')).toBe(false);
    expect(mayEndUndo('refund_refused', 'refund_refused')).toBe(false);
    expect(mayEndUndo('voiding', 'refund_refused')).toBe(true);
  });
});
