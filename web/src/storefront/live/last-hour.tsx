import type { AnalyticsCounters } from '@/api/shop.types';
import { formatCount, formatTime } from '@/components/format';
import { minutesOfHour } from './minutes-of-hour';

const HEIGHT = 100;
const STEP = 10;

export function LastHour({ perMinute, at }: Pick<AnalyticsCounters, 'perMinute' | 'at'>) {
  const minutes = minutesOfHour(perMinute, at);
  const most = Math.max(1, ...minutes.map(({ count }) => count));
  const sum = minutes.reduce((total, { count }) => total + count, 0);
  const busy = minutes.filter(({ count }) => count > 0);
  return (
    <section
      aria-labelledby="last-hour"
      className="flex flex-col gap-3 rounded-2xl border border-line bg-surface p-4 sm:p-5"
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="last-hour" className="text-lg font-semibold">
          The last hour
        </h2>
        <p className="text-sm text-muted">Events per minute, at most {formatCount(most)}</p>
      </div>
      <svg
        role="img"
        aria-label={`${formatCount(sum)} events in the last hour, at most ${formatCount(most)} in a minute`}
        viewBox={`0 0 ${minutes.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-32 w-full text-accent"
      >
        {minutes.map(({ at: minute, count }, index) => {
          const height = count === 0 ? 1 : Math.max(3, (count / most) * HEIGHT);
          return (
            <rect
              key={minute}
              x={index * STEP + 1}
              y={HEIGHT - height}
              width={STEP - 2}
              height={height}
              className={count === 0 ? 'fill-line' : 'fill-current'}
            />
          );
        })}
      </svg>
      <p aria-hidden className="flex justify-between text-sm text-muted">
        <span>60 minutes ago</span>
        <span>now</span>
      </p>
      {busy.length > 0 && (
        <details>
          <summary className="min-h-11 cursor-pointer content-center text-sm text-accent">As a table</summary>
          <table className="w-full max-w-xs text-sm tabular-nums">
            <thead>
              <tr className="text-left">
                <th scope="col">Minute</th>
                <th scope="col" className="text-right">
                  Events
                </th>
              </tr>
            </thead>
            <tbody>
              {busy.map(({ at: minute, count }) => (
                <tr key={minute} className="border-t border-line">
                  <td>{formatTime(minute)}</td>
                  <td className="text-right">{formatCount(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}
