import { expect, it } from 'vitest';
import { secondsToWait, THROTTLE } from './login-throttle';

it.each([
  ['nothing failed', undefined, 0],
  ['few failed', { count: THROTTLE.failures - 1, secondsSinceFirst: 1 }, 0],
  ['many failed', { count: THROTTLE.failures, secondsSinceFirst: 100 }, 200],
  ['many failed long ago', { count: 99, secondsSinceFirst: 400 }, 0],
])('a login after %s', (_what, failed, wait) => {
  expect(secondsToWait(failed)).toBe(wait);
});
