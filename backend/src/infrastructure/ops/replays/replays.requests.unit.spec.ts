import { expect, it } from 'vitest';
import { replayBody, toRequest } from './replays.requests';

it('a range from a time before 1970 begins with the first record', () => {
  const body = {
    topic: 'orders',
    handlers: ['audit'],
    mode: 'fill',
    from: { time: '1969-12-31T23:59:59.999Z' },
  };
  expect(toRequest(replayBody.parse(body))).toMatchObject({ from: { time: 0 } });
});
