import type { StreamState } from '@/api/event-stream';
import { classNames } from './class-names';

const WORDS: Record<StreamState, string> = {
  connecting: 'Connecting',
  open: 'Live',
  waiting: 'Reconnecting',
  closed: 'Up to date',
};

export function LiveBadge({ state }: { readonly state: StreamState }) {
  return (
    <span
      role="status"
      className="inline-flex items-center gap-2 rounded-full border border-line bg-surface px-3 py-1 text-sm"
    >
      <span
        aria-hidden
        className={classNames(
          'size-2 rounded-full',
          state === 'open' && 'animate-pulse bg-accent',
          state === 'closed' && 'bg-accent',
          (state === 'connecting' || state === 'waiting') && 'bg-warn',
        )}
      />
      {WORDS[state]}
    </span>
  );
}
