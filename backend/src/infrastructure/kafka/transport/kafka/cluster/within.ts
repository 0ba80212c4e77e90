import { LogUnavailableError } from '../../transport.errors';

/** The promise's outcome, or `LogUnavailableError` when there is none in time. */
export function withinMs<T>(ms: number, promise: Promise<T>, otherwise: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LogUnavailableError(otherwise)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
