import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useState } from 'react';
import type { Product } from '@/api/shop.types';
import { ProblemNotice } from '@/components/problem-notice';
import { QuantityStepper } from '@/components/quantity-stepper';
import { Button } from '@/components/ui/button';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { quantityInCart, useCart, useChangeCart } from '@/storefront/cart/use-cart';

const MOST_PER_LINE = 99;

export function AddToCart({ product }: { readonly product: Product }) {
  const { productId, price, availableStock } = product;
  const [quantity, setQuantity] = useState(1);
  const [added, setAdded] = useState(0);
  const cart = useCart();
  const change = useChangeCart();
  const { trackEvent } = useKafkaAnalytics();
  const soldOut = availableStock <= 0;

  const add = (): void => {
    setAdded(0);
    change.mutate(
      { productId, quantity: quantityInCart(cart.data, productId) + quantity },
      {
        onSuccess: () => {
          setAdded(quantity);
          setQuantity(1);
          trackEvent('analytics.add_to_cart', { productId, quantity, price });
        },
      },
    );
  };

  return (
    <div className="flex flex-col gap-4">
      <p className={soldOut ? 'text-danger' : 'text-muted'}>{stockWords(availableStock)}</p>
      <div className="flex flex-wrap items-center gap-3">
        <QuantityStepper
          label="Quantity"
          quantity={quantity}
          max={MOST_PER_LINE}
          disabled={soldOut}
          onChange={setQuantity}
        />
        <Button
          className="grow sm:max-w-64"
          disabled={soldOut || cart.isPending}
          busy={change.isPending}
          onClick={add}
        >
          Add to cart
        </Button>
      </div>
      <div role="status">
        {added > 0 && (
          <p className="flex flex-wrap items-center gap-2 rounded-xl bg-accent-soft px-4 py-3">
            <Check aria-hidden className="size-5 text-accent" />
            {added === 1 ? 'It is in your cart.' : `${added} pieces are in your cart.`}
            <Link to="/cart" className="font-medium text-accent underline underline-offset-4">
              View cart
            </Link>
          </p>
        )}
      </div>
      {change.isError && <ProblemNotice error={change.error} title="The cart was not changed" />}
    </div>
  );
}

function stockWords(available: number): string {
  if (available <= 0) return 'Sold out at the moment';
  if (available <= 10) return `Only ${available} left`;
  return 'In stock';
}
