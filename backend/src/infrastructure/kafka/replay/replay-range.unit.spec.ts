import { describe, expect, it } from 'vitest';
import { type PartitionBounds, planRange, refuseIncomplete } from './replay-range';

const bounds = (changes: Partial<PartitionBounds> = {}): PartitionBounds => ({
  topic: 'order-events',
  topicId: 'id-1',
  partition: 2,
  start: 10n,
  end: 100n,
  watermark: 80n,
  wantedFrom: undefined,
  wantedTo: undefined,
  ...changes,
});

const planned = (changes: Partial<PartitionBounds>, behindLive = true) => {
  const { range, notes } = planRange(bounds(changes), behindLive);
  return { from: range.from, to: range.to, notes };
};

describe('the range of a replay', () => {
  it('is what the log has, up to where the live group is', () => {
    expect(planned({})).toEqual({
      from: 10n,
      to: 80n,
      notes: ['order-events/2: offsets from 80 on are left to the live group'],
    });
  });

  it('is taken as wanted where all of it is done', () => {
    expect(planned({ wantedFrom: 20n, wantedTo: 30n })).toEqual({ from: 20n, to: 30n, notes: [] });
  });

  it('says what is no longer there, and what is not there yet', () => {
    expect(planned({ wantedFrom: 0n, wantedTo: 500n, watermark: 100n })).toEqual({
      from: 10n,
      to: 100n,
      notes: [
        'order-events/2: offsets 0 to 9 are no longer in the log',
        'order-events/2: the log ends at 100',
      ],
    });
  });

  it('is empty beyond the live group, and where a handler never was', () => {
    expect(planned({ wantedFrom: 90n })).toMatchObject({ from: 90n, to: 90n });
    expect(planned({ watermark: null, start: 0n })).toMatchObject({ from: 0n, to: 0n });
  });

  it('goes to the end of the log where nothing is kept of it', () => {
    expect(planned({ watermark: null }, false)).toEqual({ from: 10n, to: 100n, notes: [] });
  });

  it('is refused when it ends before it begins', () => {
    expect(() => planned({ wantedFrom: 30n, wantedTo: 20n })).toThrow(
      expect.objectContaining({ code: 'REPLAY_RANGE_REFUSED' }),
    );
  });
});

describe('the range of a rebuild', () => {
  const refused = expect.objectContaining({ code: 'REPLAY_RANGE_REFUSED' });

  it('has to be whole, unless a person says otherwise', () => {
    expect(() => refuseIncomplete(bounds(), false)).toThrow(refused);
    expect(() => refuseIncomplete(bounds(), true)).not.toThrow();
    expect(() => refuseIncomplete(bounds({ start: 0n }), false)).not.toThrow();
  });

  it('ends nowhere before the live group', () => {
    expect(() => refuseIncomplete(bounds({ wantedTo: 79n }), true)).toThrow(refused);
    expect(() => refuseIncomplete(bounds({ wantedTo: 80n }), true)).not.toThrow();
  });
});
