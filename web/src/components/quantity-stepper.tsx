import { Minus, Plus } from 'lucide-react';

export interface QuantityStepperProps {
  readonly label: string;
  readonly quantity: number;
  readonly min?: number;
  readonly max?: number;
  readonly disabled?: boolean;
  readonly onChange: (quantity: number) => void;
}

const STEP =
  'flex size-11 items-center justify-center rounded-lg hover:bg-sunken disabled:cursor-not-allowed disabled:opacity-40';

export function QuantityStepper(props: QuantityStepperProps) {
  const { label, quantity, min = 1, max = 99, disabled = false, onChange } = props;
  return (
    <div
      role="group"
      aria-label={label}
      className="flex items-center rounded-lg border border-edge bg-surface"
    >
      <button
        type="button"
        aria-label="One less"
        className={STEP}
        disabled={disabled || quantity <= min}
        onClick={() => onChange(quantity - 1)}
      >
        <Minus aria-hidden className="size-4" />
      </button>
      <output className="min-w-8 text-center tabular-nums">{quantity}</output>
      <button
        type="button"
        aria-label="One more"
        className={STEP}
        disabled={disabled || quantity >= max}
        onClick={() => onChange(quantity + 1)}
      >
        <Plus aria-hidden className="size-4" />
      </button>
    </div>
  );
}
