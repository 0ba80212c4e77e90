'use client';

import { useEffect, useState } from 'react';
import { sharedAnalytics, type KafkaAnalytics } from '@/analytics';
import { replayGuard } from './replay-guard';

/**
 * The page's event tracker: one stable object per component, no provider, nothing on the server.
 * In development StrictMode runs every effect twice; what an effect tracked the first time is not tracked again.
 */
export function useKafkaAnalytics(): KafkaAnalytics {
  const [guard] = useState(() => replayGuard(sharedAnalytics));
  useEffect(() => guard.effectsWillReplay, [guard]);
  return guard.analytics;
}
