import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem';

const MAX_RETRIES = 2;

/** Asks again where that can help: no answer, or a fault on the server's side. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) =>
          failures < MAX_RETRIES && (!(error instanceof ProblemError) || error.status >= 500),
        retryDelay: (attempt, error) =>
          (error instanceof ProblemError ? error.retryAfterMs : undefined) ?? 400 * 2 ** attempt,
      },
    },
  });
}
