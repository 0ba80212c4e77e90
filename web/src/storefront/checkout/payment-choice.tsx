import { CreditCard } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { useId } from 'react';

const CARDS = [
  { value: 'pm_card_visa', label: 'Visa, succeeds' },
  { value: 'pm_card_chargeDeclined', label: 'Visa, declined' },
] as const;

export const DEFAULT_CARD: string = CARDS[0].value;

export interface PaymentChoiceProps {
  readonly value: string;
  readonly onChange: (paymentMethod: string) => void;
}

export function PaymentChoice({ value, onChange }: PaymentChoiceProps) {
  const id = useId();
  return (
    <section aria-labelledby={`${id}-title`} className="flex flex-col gap-3">
      <h2 id={`${id}-title`} className="text-lg font-semibold">
        Payment
      </h2>
      <p className="text-sm text-muted">Test cards: no real card is asked for and nothing is charged.</p>
      <RadioGroup.Root
        value={value}
        onValueChange={onChange}
        aria-labelledby={`${id}-title`}
        className="grid gap-3 sm:grid-cols-2"
      >
        {CARDS.map((card) => (
          <RadioGroup.Item
            key={card.value}
            value={card.value}
            aria-label={card.label}
            className="group flex min-h-14 items-center gap-3 rounded-xl border border-edge bg-surface px-4 text-left data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
          >
            <span className="flex size-5 shrink-0 items-center justify-center rounded-full border-2 border-edge group-data-[state=checked]:border-accent">
              <RadioGroup.Indicator className="size-2.5 rounded-full bg-accent" />
            </span>
            <span className="grow">{card.label}</span>
            <CreditCard aria-hidden className="size-5 text-muted" strokeWidth={1.75} />
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </section>
  );
}
