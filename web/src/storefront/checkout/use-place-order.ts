import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { uuidV7 } from '@/analytics';
import { shopApi } from '@/api/shop-api';
import type { Cart, OrderRequest } from '@/api/shop.types';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { useRefreshCart } from '@/storefront/cart/use-cart';
import { orderQuery } from '@/storefront/orders/order-query';
import { endAttempt, idempotencyKeyOf } from './checkout-attempt';

export function usePlaceOrder(cart: Cart) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refreshCart = useRefreshCart();
  const { trackEvent } = useKafkaAnalytics();

  /** The total is the server's; should it not be known at once, the cart's own sum is what the visitor saw. */
  const trackPurchase = async (orderId: string): Promise<void> => {
    const known = await queries.fetchQuery(orderQuery(orderId)).catch(() => null);
    const total = known?.totals.total ?? cart.subtotal;
    const itemCount = cart.items.reduce((sum, item) => sum + item.quantity, 0);
    trackEvent(
      'analytics.purchase',
      { orderId, total, currency: cart.currency, itemCount },
      { immediate: true },
    );
  };

  return useMutation({
    mutationFn: (order: OrderRequest) => shopApi.placeOrder(order, idempotencyKeyOf(order, uuidV7)),
    onSuccess: async ({ orderId }) => {
      endAttempt();
      void trackPurchase(orderId);
      void queries.invalidateQueries({ queryKey: ['orders'] });
      await navigate({ to: '/orders/$orderId', params: { orderId } });
      await refreshCart();
    },
  });
}
