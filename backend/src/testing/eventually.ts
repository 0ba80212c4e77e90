const LOOK_AGAIN_MS = 10;

export interface EventuallyOptions {
  readonly withinMs?: number;
  /** Said in the error when the deadline passes. */
  readonly what?: string;
}

/**
 * Waits for a condition by looking again: resolves with the first answer that is not undefined, null or false. A
 * throwing `look` counts as not yet, and its error is the cause when the deadline passes.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { withinMs = 15_000, what = 'the condition' }: EventuallyOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + withinMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await look();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<T, undefined | null | false>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${withinMs} ms in vain for ${what}.`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
