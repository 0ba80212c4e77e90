import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import type { CartItem } from '@/api/shop.types';
import { ProductArt } from '@/components/art/product-art';
import { formatMoney } from '@/components/format';
import { QuantityStepper } from '@/components/quantity-stepper';
import { useProduct } from '@/storefront/product/use-product';

export interface CartLineProps {
  readonly item: CartItem;
  readonly currency: string;
  readonly busy: boolean;
  readonly onQuantity: (quantity: number) => void;
}

export function CartLine({ item, currency, busy, onQuantity }: CartLineProps) {
  const { productId, name, price, quantity, lineTotal } = item;
  const category = useProduct(productId).data?.category;
  return (
    <li className="grid grid-cols-[5rem_1fr] items-start gap-x-4 gap-y-2 py-4 sm:grid-cols-[6rem_1fr_auto]">
      <div className="aspect-square overflow-hidden rounded-xl dark:brightness-90">
        <ProductArt productId={productId} name={name} category={category ?? ''} className="size-full" />
      </div>
      <div className="flex min-w-0 flex-col gap-1">
        <Link
          to="/products/$productId"
          params={{ productId }}
          className="font-medium underline-offset-4 hover:underline"
        >
          {name}
        </Link>
        <p className="text-sm text-muted tabular-nums">{formatMoney(price, currency)} each</p>
        <div className="mt-1 flex flex-wrap items-center gap-2">
          <QuantityStepper
            label={`Quantity of ${name}`}
            quantity={quantity}
            disabled={busy}
            onChange={onQuantity}
          />
          <button
            type="button"
            aria-label={`Remove ${name}`}
            disabled={busy}
            onClick={() => onQuantity(0)}
            className="flex size-11 items-center justify-center rounded-lg text-muted hover:bg-sunken"
          >
            <Trash2 aria-hidden className="size-5" strokeWidth={1.75} />
          </button>
        </div>
      </div>
      <p className="col-start-2 font-medium tabular-nums sm:col-start-3">
        {formatMoney(lineTotal, currency)}
      </p>
    </li>
  );
}
