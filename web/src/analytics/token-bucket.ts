/** Guards the server against a page that tracks in a loop. */
export function createTokenBucket(ratePerSecond: number, burst: number): { take(): boolean } {
  let tokens = burst;
  let filledAt = Date.now();
  return {
    take: () => {
      const now = Date.now();
      tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1_000) * ratePerSecond);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
