import { expect, it } from 'vitest';
import { onBothEngines } from './support/on-both-engines';
import { uuidOfTime } from './support/uuid-of-time';

// The control of one-effect.int.spec.ts: with an inbox that forgets, the same steps do show the second effect.
onBothEngines('without the inbox', (on) => {
  it('a duplicate has a second effect', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [{ name: 'steps' }]);
    await tables.rows(`create function forget() returns trigger language plpgsql as $$
      begin
        delete from inbox where event_identity = new.event_identity and handler = new.handler;
        return null;
      end $$`);
    await tables.rows('create trigger forget after insert on inbox for each row execute function forget()');
    const eventId = uuidOfTime(Date.now());
    await publisher.publish([{ key: 'K1', seq: 1, eventId }]);
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ K1: [1] });
    await publisher.publish([{ key: 'K1', seq: 1, eventId }]);
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ K1: [1, 1] });
  });
});
