import { useQuery, useQueryClient } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';
import type { AnalyticsCounters } from '@/api/shop.types';
import { useEventStream } from '@/hooks/useEventStream';
import { readCounters } from './read-counters';

const COUNTERS_KEY = ['analytics-counters'] as const;
const POLL_WITHOUT_STREAM_MS = 5_000;

export function useLiveCounters() {
  const queries = useQueryClient();
  const stream = useEventStream({
    url: '/api/analytics/stream',
    onMessage: ({ data }) => {
      const update = readCounters(data);
      if (!update) return;
      queries.setQueryData<AnalyticsCounters>(COUNTERS_KEY, update);
    },
  });
  const counters = useQuery({
    queryKey: COUNTERS_KEY,
    queryFn: () => shopApi.analyticsCounters(),
    refetchInterval: stream.state === 'open' ? false : POLL_WITHOUT_STREAM_MS,
  });
  return { counters, stream };
}
