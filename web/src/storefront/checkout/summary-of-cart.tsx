import type { ReactNode } from 'react';
import type { Cart } from '@/api/shop.types';
import { formatMoney } from '@/components/format';

export function SummaryOfCart({ cart, children }: { readonly cart: Cart; readonly children: ReactNode }) {
  return (
    <section
      aria-label="Your order"
      className="flex flex-col gap-4 rounded-2xl bg-sunken p-5 lg:sticky lg:top-6"
    >
      <h2 className="text-lg font-semibold">Your order</h2>
      <ul className="flex flex-col gap-2">
        {cart.items.map((item) => (
          <li key={item.productId} className="flex justify-between gap-4">
            <span>
              {item.name} <span className="text-muted">× {item.quantity}</span>
            </span>
            <span className="tabular-nums">{formatMoney(item.lineTotal, cart.currency)}</span>
          </li>
        ))}
      </ul>
      <p className="flex justify-between gap-4 border-t border-edge pt-3 font-semibold">
        <span>Subtotal</span>
        <span className="tabular-nums">{formatMoney(cart.subtotal, cart.currency)}</span>
      </p>
      <p className="text-sm text-muted">Tax and shipping are added by the shop and shown on your order.</p>
      {children}
    </section>
  );
}
