'use client';

import { useSyncExternalStore } from 'react';
import { sharedAnalytics, type AnalyticsState } from '@/analytics';

const subscribe = (listener: () => void): (() => void) => sharedAnalytics().subscribe(listener);
const read = (): AnalyticsState => sharedAnalytics().getState();

/** What the tracker is doing: queued, in flight, lost, the visitor and the session. */
export function useAnalyticsState(): AnalyticsState {
  return useSyncExternalStore(subscribe, read, read);
}
