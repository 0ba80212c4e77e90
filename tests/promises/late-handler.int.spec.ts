import { expect, it } from 'vitest';
import { onBothEngines } from './support/on-both-engines';

const steps = { name: 'steps' };
const early = ['K1', 'K2', 'K3'].map((key) => ({ key, seq: 1 }));
const later = ['K1', 'K2', 'K3'].map((key) => ({ key, seq: 2 }));

onBothEngines('a handler added later', (on) => {
  it('begins where it says: at the beginning, or now; the others run nothing again', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const first = await delivery.start('first', [steps]);
    await publisher.publish(early);
    await tables.quiet();
    await first.stop();

    const worker = await delivery.start('second', [
      steps,
      { name: 'all', options: { from: 'beginning' } },
      { name: 'new', options: { from: 'now' } },
    ]);
    await tables.begun('all');
    await tables.begun('new');
    await publisher.publish(later);
    await tables.quiet();
    expect(await tables.stepsByKey('steps')).toEqual({ K1: [1, 2], K2: [1, 2], K3: [1, 2] });
    expect(await tables.stepsByKey('all')).toEqual({ K1: [1, 2], K2: [1, 2], K3: [1, 2] });
    expect(await tables.stepsByKey('new')).toEqual({ K1: [2], K2: [2], K3: [2] });

    worker.register({ name: 'late', options: { from: 'beginning' } });
    worker.register({ name: 'latest', options: { from: 'now' } });
    await tables.begun('late');
    await tables.begun('latest');
    await publisher.publish([{ key: 'K1', seq: 3 }]);
    await tables.quiet();
    expect((await tables.stepsByKey('late'))['K1']).toEqual([1, 2, 3]);
    expect(await tables.stepsByKey('latest')).toEqual({ K1: [3] });
    expect((await tables.stepsByKey('steps'))['K1']).toEqual([1, 2, 3]);
  });
});
