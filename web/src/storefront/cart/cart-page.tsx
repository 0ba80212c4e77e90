import { Link, useNavigate } from '@tanstack/react-router';
import { ShoppingBag } from 'lucide-react';
import type { Cart, CartItem } from '@/api/shop.types';
import { EmptyState } from '@/components/empty-state';
import { formatMoney } from '@/components/format';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { Button, buttonClass } from '@/components/ui/button';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { CartLine } from './cart-line';
import { useCart, useChangeCart } from './use-cart';

export function CartPage() {
  const cart = useCart();
  return (
    <Page title="Your cart">
      {cart.isPending && <LoadingRows label="Loading your cart" />}
      {cart.isError && (
        <ProblemNotice
          error={cart.error}
          title="Your cart could not be loaded"
          onRetry={() => void cart.refetch()}
        />
      )}
      {cart.data && cart.data.items.length === 0 && (
        <EmptyState icon={ShoppingBag} title="Your cart is empty">
          <Link to="/" className={buttonClass()}>
            To the catalogue
          </Link>
        </EmptyState>
      )}
      {cart.data && cart.data.items.length > 0 && <FilledCart cart={cart.data} />}
    </Page>
  );
}

function FilledCart({ cart }: { readonly cart: Cart }) {
  const change = useChangeCart();
  const navigate = useNavigate();
  const { trackEvent } = useKafkaAnalytics();

  const setQuantity = ({ productId, price, quantity: before }: CartItem, quantity: number): void => {
    const track = (): void => {
      const name = quantity < before ? 'analytics.remove_from_cart' : 'analytics.add_to_cart';
      trackEvent(name, { productId, price, quantity: Math.abs(quantity - before) });
    };
    change.mutate({ productId, quantity }, { onSuccess: track });
  };

  return (
    <div className="grid items-start gap-8 lg:grid-cols-[1fr_20rem]">
      <div className="flex flex-col gap-4">
        {change.isError && <ProblemNotice error={change.error} title="The cart was not changed" />}
        <ul aria-label="Products in your cart" className="divide-y divide-line border-y border-line">
          {cart.items.map((item) => (
            <CartLine
              key={item.productId}
              item={item}
              currency={cart.currency}
              busy={change.isPending}
              onQuantity={(quantity) => setQuantity(item, quantity)}
            />
          ))}
        </ul>
      </div>
      <section aria-label="Sum" className="flex flex-col gap-4 rounded-2xl bg-sunken p-5 lg:sticky lg:top-6">
        <p className="flex items-baseline justify-between gap-4">
          <span>Subtotal</span>
          <span className="text-xl font-semibold tabular-nums">
            {formatMoney(cart.subtotal, cart.currency)}
          </span>
        </p>
        <p className="text-sm text-muted">Tax and shipping are added when you place the order.</p>
        <Button onClick={() => void navigate({ to: '/checkout' })}>Checkout</Button>
      </section>
    </div>
  );
}
