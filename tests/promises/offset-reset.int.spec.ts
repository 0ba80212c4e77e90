import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { resetToEarliest } from './support/reset-offsets';

const steps = { name: 'steps' };
const KEYS = Array.from({ length: 12 }, (_, index) => `K${index + 1}`);

onBothEngines('an offset reset from outside', (on, { engine }) => {
  it('is noticed and shown, and neither repeats nor loses an effect', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const first = await delivery.start('first', [steps]);
    await publisher.publish(KEYS.map((key) => ({ key, seq: 1 })));
    await tables.quiet();
    const reached = await tables.watermarks();
    await first.stop();

    await resetToEarliest(engine, publisher.admin, delivery.group, delivery.topic);
    const committed = await publisher.admin.committed(delivery.group, [delivery.topic]);
    expect(committed.map(({ offset }) => offset)).toEqual(committed.map(() => 0n));

    await delivery.start('second', [steps]);
    await publisher.publish(KEYS.map((key) => ({ key, seq: 2 })));
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual(Object.fromEntries(KEYS.map((key) => [key, [1, 2]])));
    const wanted = [...reached]
      .filter(([, { watermark }]) => watermark > 0)
      .map(([partition, { watermark }]) => ({ partition, committed: 0, watermark }))
      .toSorted((a, b) => a.partition - b.partition);
    await eventually(async () => (await tables.resets()).length >= wanted.length, {
      what: 'the reset to be shown',
    });
    expect(await tables.resets()).toEqual(wanted);
  });

  it('is not seen where there was none', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const first = await delivery.start('first', [steps]);
    await publisher.publish(KEYS.map((key) => ({ key, seq: 1 })));
    await tables.quiet();
    await first.stop();
    await delivery.start('second', [steps]);
    await publisher.publish(KEYS.map((key) => ({ key, seq: 2 })));
    await tables.quiet();
    expect(await tables.resets()).toEqual([]);
  });
});
