import { Activity } from 'lucide-react';
import type { AnalyticsCounters } from '@/api/shop.types';
import { EmptyState } from '@/components/empty-state';
import { formatCount, formatTime, humanize } from '@/components/format';
import { LiveBadge } from '@/components/live-badge';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { LastHour } from './last-hour';
import { useLiveCounters } from './use-live-counters';

export function LivePage() {
  const { counters, stream } = useLiveCounters();
  return (
    <Page
      title="Live numbers"
      lead="What visitors do in the shop, counted as it happens."
      aside={<LiveBadge state={stream.state} />}
    >
      {counters.isPending && <LoadingRows label="Loading the numbers" />}
      {counters.isError && !counters.data && (
        <ProblemNotice
          error={counters.error}
          title="The numbers could not be loaded"
          onRetry={() => void counters.refetch()}
        />
      )}
      {counters.data && <Numbers {...counters.data} />}
    </Page>
  );
}

function Numbers({ total, byType, perMinute, at }: AnalyticsCounters) {
  if (total === 0) return <EmptyState icon={Activity} title="Nothing has been counted yet" />;
  const sorted = Object.entries(byType).toSorted(([, a], [, b]) => b - a);
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3 lg:grid-cols-4">
        {[['total', total] as const, ...sorted].map(([eventType, count]) => (
          <div
            key={eventType}
            className="flex flex-col-reverse gap-1 rounded-2xl border border-line bg-surface p-4 sm:p-5"
          >
            <dt className="text-sm text-muted">
              {eventType === 'total' ? 'All events' : humanize(eventType.replace(/^analytics\./, ''))}
            </dt>
            <dd className="text-3xl font-semibold tabular-nums" data-event-type={eventType}>
              {formatCount(count)}
            </dd>
          </div>
        ))}
      </dl>
      <LastHour perMinute={perMinute} at={at} />
      <p className="text-sm text-muted">
        Last change at <time dateTime={at}>{formatTime(at)}</time>
      </p>
    </>
  );
}
