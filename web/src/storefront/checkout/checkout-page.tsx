import { Link } from '@tanstack/react-router';
import { ShoppingBag } from 'lucide-react';
import { useEffect, useEffectEvent, useState, type FormEvent } from 'react';
import type { Cart } from '@/api/shop.types';
import { EmptyState } from '@/components/empty-state';
import { fieldsOf } from '@/components/form-fields';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { Button, buttonClass } from '@/components/ui/button';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { useSession } from '@/hooks/useSession';
import { LogInNeeded } from '@/storefront/account/log-in-needed';
import { useCart } from '@/storefront/cart/use-cart';
import { AddressFields } from './address-fields';
import { DEFAULT_CARD, PaymentChoice } from './payment-choice';
import { SummaryOfCart } from './summary-of-cart';
import { usePlaceOrder } from './use-place-order';

export function CheckoutPage() {
  const session = useSession();
  const cart = useCart();
  if (!session) {
    return (
      <Page title="Checkout">
        <LogInNeeded title="Log in to place your order" returnTo="/checkout" />
      </Page>
    );
  }
  return (
    <Page title="Checkout">
      {cart.isPending && <LoadingRows label="Loading your cart" />}
      {cart.isError && (
        <ProblemNotice
          error={cart.error}
          title="Your cart could not be loaded"
          onRetry={() => void cart.refetch()}
        />
      )}
      {cart.data && cart.data.items.length === 0 && (
        <EmptyState icon={ShoppingBag} title="There is nothing to order yet">
          <Link to="/" className={buttonClass()}>
            To the catalogue
          </Link>
        </EmptyState>
      )}
      {cart.data && cart.data.items.length > 0 && <CheckoutForm cart={cart.data} />}
    </Page>
  );
}

function CheckoutForm({ cart }: { readonly cart: Cart }) {
  const [paymentMethod, setPaymentMethod] = useState(DEFAULT_CARD);
  const placeOrder = usePlaceOrder(cart);
  useTrackBeginCheckout(cart);

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (placeOrder.isPending) return;
    const fields = ['name', 'line1', 'city', 'postalCode', 'country'] as const;
    placeOrder.mutate({
      items: cart.items.map(({ productId, quantity }) => ({ productId, quantity })),
      paymentMethod,
      shippingAddress: fieldsOf(event.currentTarget, ...fields),
    });
  };

  return (
    <form onSubmit={submit} className="grid items-start gap-8 lg:grid-cols-[1fr_22rem] lg:gap-12">
      <div className="flex flex-col gap-8">
        <AddressFields error={placeOrder.error} />
        <PaymentChoice value={paymentMethod} onChange={setPaymentMethod} />
      </div>
      <SummaryOfCart cart={cart}>
        {placeOrder.isError && <ProblemNotice error={placeOrder.error} title="The order was not placed" />}
        <Button type="submit" busy={placeOrder.isPending}>
          Place order
        </Button>
      </SummaryOfCart>
    </form>
  );
}

/** Once per checkout, whatever becomes of the cart meanwhile. */
function useTrackBeginCheckout(cart: Cart): void {
  const { trackEvent } = useKafkaAnalytics();
  const begin = useEffectEvent(() => {
    const { cartId, subtotal, currency, items } = cart;
    const itemCount = items.reduce((sum, item) => sum + item.quantity, 0);
    const details = { value: subtotal, currency, itemCount };
    trackEvent('analytics.begin_checkout', cartId === null ? details : { ...details, cartId });
  });
  useEffect(() => begin(), []);
}
