import { HandlerTimeoutError } from './time-out.errors';

export interface Limited<T> {
  /** What the work came to in time; rejects with `HandlerTimeoutError` otherwise. */
  readonly result: Promise<T>;
  /** Resolves when the work itself has ended, well or not; never, where it never ends. Does not reject. */
  readonly settled: Promise<void>;
}

/**
 * JavaScript cannot cancel: after `ms` the work goes on and nobody waits for its result. Whoever must not overlap
 * with it waits for `settled`. A rejection that comes after the time is told to `onLate`, and to nobody else.
 */
export function withTimeout<T>(
  work: () => Promise<T> | T,
  ms: number,
  onLate: (error: unknown) => void = () => undefined,
): Limited<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reject(new HandlerTimeoutError(ms));
  }, ms);
  const settled = (async () => {
    try {
      resolve(await work());
    } catch (error) {
      if (late) onLate(error);
      reject(error);
    } finally {
      clearTimeout(timer);
    }
  })();
  return { result, settled };
}
