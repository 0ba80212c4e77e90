import { Check, X } from 'lucide-react';
import type { StatusChange } from '@/api/shop.types';
import { classNames } from '@/components/class-names';
import { formatTime } from '@/components/format';
import { hasEnded, ORDER_WAY, wordsOf } from './order-status';

export interface OrderTimelineProps {
  readonly status: string;
  readonly history: readonly StatusChange[];
}

interface Step {
  readonly status: string;
  readonly at?: string;
  readonly state: 'done' | 'failed' | 'next' | 'open';
}

/** What happened, then what is still to come; an order that left the way has nothing to come. */
function stepsOf({ status, history }: OrderTimelineProps): Step[] {
  const onTheWay = ORDER_WAY.some((step) => step === status);
  const happened = history.map((change): Step => {
    const failed = wordsOf(change.status).tone === 'bad';
    return { status: change.status, at: change.at, state: failed ? 'failed' : 'done' };
  });
  if (!onTheWay || hasEnded(status)) return happened;
  const reached = ORDER_WAY.findIndex((step) => step === status);
  const toCome = ORDER_WAY.slice(reached + 1);
  return [
    ...happened,
    ...toCome.map((step, index): Step => ({ status: step, state: index === 0 ? 'next' : 'open' })),
  ];
}

const DOTS: Record<Step['state'], string> = {
  done: 'bg-accent text-on-accent',
  failed: 'bg-danger text-surface',
  next: 'border-2 border-accent bg-surface animate-pulse',
  open: 'border-2 border-line bg-surface',
};

export function OrderTimeline(props: OrderTimelineProps) {
  const steps = stepsOf(props);
  return (
    <ol aria-label="The way of your order" className="flex flex-col">
      {steps.map(({ status, at, state }, index) => (
        <li key={`${status} ${index}`} className="relative flex gap-4 pb-5 last:pb-0">
          {index < steps.length - 1 && (
            <span
              aria-hidden
              className={classNames(
                'absolute top-7 bottom-0 left-[13px] w-0.5',
                state === 'done' ? 'bg-accent' : 'bg-line',
              )}
            />
          )}
          <span
            aria-hidden
            className={classNames(
              'flex size-7 shrink-0 items-center justify-center rounded-full',
              DOTS[state],
            )}
          >
            {state === 'done' && <Check className="size-4" strokeWidth={3} />}
            {state === 'failed' && <X className="size-4" strokeWidth={3} />}
          </span>
          <span className="flex grow flex-wrap items-baseline justify-between gap-x-4 pt-0.5">
            <span className={at ? 'font-medium' : 'text-muted'}>
              {wordsOf(status).label}
              {!at && <span className="sr-only"> (to come)</span>}
            </span>
            {at && (
              <time dateTime={at} className="text-sm text-muted tabular-nums">
                {formatTime(at)}
              </time>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
