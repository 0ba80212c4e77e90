/** Failed logins of one account within the window. */
export interface FailedLogins {
  readonly count: number;
  readonly secondsSinceFirst: number;
}

export const THROTTLE = { failures: 10, windowSeconds: 300 } as const;

/** Seconds until the account may try again, 0 when it may now. */
export function secondsToWait(failed: FailedLogins | undefined): number {
  if (!failed || failed.count < THROTTLE.failures) return 0;
  return Math.max(0, Math.ceil(THROTTLE.windowSeconds - failed.secondsSinceFirst));
}
