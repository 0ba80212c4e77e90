import type { MinuteCount } from '@/api/shop.types';

export interface Minute {
  readonly at: string;
  readonly count: number;
}

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Every minute of the hour up to `until`, all event types together, quiet minutes as zero. */
export function minutesOfHour(perMinute: readonly MinuteCount[], until: string): Minute[] {
  const counts = new Map<number, number>();
  for (const { minute, count } of perMinute) {
    const slot = Math.floor(Date.parse(minute) / MINUTE_MS);
    counts.set(slot, (counts.get(slot) ?? 0) + count);
  }
  const last = Math.floor(Date.parse(until) / MINUTE_MS);
  return Array.from({ length: MINUTES }, (_, index) => {
    const slot = last - MINUTES + 1 + index;
    return { at: new Date(slot * MINUTE_MS).toISOString(), count: counts.get(slot) ?? 0 };
  });
}
