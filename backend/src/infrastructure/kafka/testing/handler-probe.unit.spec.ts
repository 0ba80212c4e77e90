import { describe, expect, it } from 'vitest';
import { type ObservedOutcome, OutcomeObserver } from '@/infrastructure/kafka/delivery/outcome-observer';
import { HandlerProbe } from './handler-probe';

function observed(change: Partial<ObservedOutcome> = {}): ObservedOutcome {
  return {
    ...{ group: 'g', handler: 'ledger', topic: 'parcels', partition: 0, offset: 1n },
    ...{ eventType: 'parcel.weighed', key: 'north', attempt: 1, outcome: 'handled' },
    ...change,
  };
}

function probed(keep?: number) {
  const outcomes = new OutcomeObserver();
  return { outcomes, probe: HandlerProbe.attach({ outcomes }, keep === undefined ? {} : { keep }) };
}

describe('HandlerProbe', () => {
  it('answers what has come before the wait', async () => {
    const { outcomes, probe } = probed();
    outcomes.emit(observed());
    expect(await probe.waitFor({ handler: 'ledger', outcome: 'handled' })).toEqual(observed());
  });

  it('waits for what comes later, and passes over what is something else', async () => {
    const { outcomes, probe } = probed();
    const waiting = probe.waitFor({ key: 'south', outcome: 'dead' });
    outcomes.emit(observed({ key: 'south' }));
    outcomes.emit(observed({ outcome: 'dead' }));
    outcomes.emit(observed({ key: 'south', outcome: 'dead', offset: 9n }));
    expect((await waiting).offset).toBe(9n);
  });

  it('waits for the n-th of them', async () => {
    const { outcomes, probe } = probed();
    const waiting = probe.waitFor({ outcome: 'failed' }, { times: 2 });
    outcomes.emit(observed({ outcome: 'failed', attempt: 1 }));
    outcomes.emit(observed({ outcome: 'failed', attempt: 2 }));
    expect((await waiting).attempt).toBe(2);
  });

  it('says what it saw when its time is over', async () => {
    const { outcomes, probe } = probed();
    outcomes.emit(observed({ outcome: 'failed', error: new Error('no scale') }));
    await expect(probe.waitFor({ outcome: 'handled' }, { withinMs: 20 })).rejects.toMatchObject({
      code: 'OUTCOME_NOT_SEEN',
      message: expect.stringContaining('ledger failed parcel.weighed north parcels/0@1, run 1 (no scale)'),
    });
  });

  it('keeps the latest ones only, and nothing after it is detached', () => {
    const { outcomes, probe } = probed(2);
    for (const offset of [1n, 2n, 3n]) outcomes.emit(observed({ offset }));
    expect(probe.outcomes().map(({ offset }) => offset)).toEqual([2n, 3n]);
    expect(outcomes.watched).toBe(true);
    probe.detach();
    expect(outcomes.watched).toBe(false);
    probe.clear();
    expect(probe.outcomes()).toEqual([]);
  });
});
