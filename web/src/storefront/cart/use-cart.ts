import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';
import type { Cart } from '@/api/shop.types';

const CART_KEY = ['cart'] as const;

export function useCart() {
  return useQuery({ queryKey: CART_KEY, queryFn: ({ signal }) => shopApi.cart(signal), staleTime: 5_000 });
}

export interface CartChange {
  readonly productId: string;
  /** Zero takes the product out. */
  readonly quantity: number;
}

/** Sets a product's quantity; changes run one after another, so that the last click wins. */
export function useChangeCart() {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: 'cart' },
    mutationFn: async ({ productId, quantity }: CartChange) => {
      // An answer under way would show the cart as it was, and give a guest the cookie of another cart.
      await queries.cancelQueries({ queryKey: CART_KEY });
      return quantity <= 0 ? shopApi.removeCartItem(productId) : shopApi.putCartItem(productId, quantity);
    },
    onSuccess: (cart) => queries.setQueryData(CART_KEY, cart),
    onError: () => queries.invalidateQueries({ queryKey: CART_KEY }),
  });
}

/** After a log-in the server merges the guest's cart, after an order it empties it. */
export function useRefreshCart(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: CART_KEY });
}

export function quantityInCart(cart: Cart | undefined, productId: string): number {
  return cart?.items.find((item) => item.productId === productId)?.quantity ?? 0;
}
