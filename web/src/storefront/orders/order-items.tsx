import { Link } from '@tanstack/react-router';
import type { Order } from '@/api/shop.types';
import { formatMoney } from '@/components/format';
import { useProductNames } from '@/storefront/product/use-product';

export function OrderItems({ order }: { readonly order: Order }) {
  const { items, totals, currency } = order;
  const names = useProductNames(items.map(({ productId }) => productId));
  const sums = [
    ['Subtotal', totals.subtotal],
    ['Tax', totals.tax],
    ['Shipping', totals.shipping],
  ] as const;
  return (
    <section aria-label="Products and sums" className="flex flex-col gap-4 rounded-2xl bg-sunken p-5 sm:p-6">
      <ul className="flex flex-col gap-2">
        {items.map((item) => (
          <li key={item.productId} className="flex justify-between gap-4">
            <span>
              <Link
                to="/products/$productId"
                params={{ productId: item.productId }}
                className="underline-offset-4 hover:underline"
              >
                {names.get(item.productId) ?? item.productId}
              </Link>{' '}
              <span className="text-muted">× {item.quantity}</span>
            </span>
            <span className="tabular-nums">{formatMoney(item.price * item.quantity, currency)}</span>
          </li>
        ))}
      </ul>
      <dl className="flex flex-col gap-1 border-t border-edge pt-3 tabular-nums">
        {sums.map(([name, amount]) => (
          <div key={name} className="flex justify-between gap-4 text-muted">
            <dt>{name}</dt>
            <dd>{formatMoney(amount, currency)}</dd>
          </div>
        ))}
        <div className="flex justify-between gap-4 pt-1 text-lg font-semibold">
          <dt>Total</dt>
          <dd>{formatMoney(totals.total, currency)}</dd>
        </div>
      </dl>
    </section>
  );
}
