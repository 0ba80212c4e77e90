import type { AnalyticsCounters } from '@/api/shop.types';

/** A message of the stream holds the counters as the plain request gives them. */
export function readCounters(data: string): AnalyticsCounters | null {
  try {
    const value = JSON.parse(data) as Partial<AnalyticsCounters> | null;
    const complete = typeof value?.byType === 'object' && Array.isArray(value.perMinute);
    return complete ? (value as AnalyticsCounters) : null;
  } catch {
    return null;
  }
}
