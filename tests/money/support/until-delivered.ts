import { eventually } from '@/testing/eventually';

/**
 * Runs again while the error says that it may succeed later, as the delivery engine does; answers how many runs it
 * took. Any other error is the caller's.
 */
export async function untilDelivered(run: () => Promise<void>, withinMs = 60_000): Promise<number> {
  let runs = 0;
  const outcome = await eventually(
    async () => {
      runs += 1;
      try {
        await run();
        return { runs };
      } catch (error) {
        if ((error as { retryable?: boolean }).retryable) throw error;
        return { error };
      }
    },
    { withinMs, what: 'an end of the payment' },
  );
  if ('error' in outcome) throw outcome.error;
  return runs;
}
