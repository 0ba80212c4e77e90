const RealDate = Date;

/** From here on the process's clock is wrong by so many ms, and its timers are as they were. */
export function shiftClock(byMs: number): void {
  globalThis.Date = class extends RealDate {
    constructor(...parts: [] | [number | string | Date]) {
      super(...((parts.length === 0 ? [RealDate.now() + byMs] : parts) as [number]));
    }

    static override now(): number {
      return RealDate.now() + byMs;
    }
  } as DateConstructor;
}
