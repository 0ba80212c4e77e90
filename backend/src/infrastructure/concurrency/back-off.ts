export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): anything from 0 to
 * first * 2^(failures - 1), at most `longestMs`. `random` is in [0, 1).
 */
export function fullJitter({ firstMs, longestMs }: BackOff, failures: number, random: number): number {
  return Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30)) * random);
}
