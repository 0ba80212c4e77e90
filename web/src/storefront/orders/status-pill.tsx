import { classNames } from '@/components/class-names';
import { wordsOf, type StatusTone } from './order-status';

const TONES: Record<StatusTone, string> = {
  progress: 'bg-warn-soft text-warn',
  good: 'bg-accent-soft text-accent',
  bad: 'bg-danger-soft text-danger',
};

export interface StatusPillProps {
  readonly status: string;
  readonly large?: boolean;
}

export function StatusPill({ status, large = false }: StatusPillProps) {
  const { label, tone } = wordsOf(status);
  return (
    <span
      data-testid="order-status"
      data-status={status}
      className={classNames(
        'rounded-full font-semibold',
        TONES[tone],
        large ? 'px-4 py-1.5 text-lg' : 'px-3 py-1 text-sm',
      )}
    >
      {label}
    </span>
  );
}
