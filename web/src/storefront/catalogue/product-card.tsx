import { Link } from '@tanstack/react-router';
import type { Product } from '@/api/shop.types';
import { ProductArt } from '@/components/art/product-art';
import { formatMoney } from '@/components/format';

const FEW = 10;

export function ProductCard({ product }: { readonly product: Product }) {
  const { productId, name, price, currency, category, availableStock } = product;
  return (
    <li>
      <Link
        to="/products/$productId"
        params={{ productId }}
        className="group flex flex-col gap-3 rounded-2xl"
      >
        <span className="block aspect-square overflow-hidden rounded-2xl dark:brightness-90">
          <ProductArt
            productId={productId}
            name={name}
            category={category}
            className="size-full transition-transform duration-300 group-hover:scale-[1.03]"
          />
        </span>
        <span className="flex flex-col gap-0.5 px-1 pb-1">
          <span className="leading-snug font-medium underline-offset-4 group-hover:underline">{name}</span>
          <span className="flex flex-wrap items-baseline gap-x-3">
            <span className="tabular-nums">{formatMoney(price, currency)}</span>
            {availableStock <= 0 && <span className="text-sm text-danger">Sold out</span>}
            {availableStock > 0 && availableStock <= FEW && (
              <span className="text-sm text-warn">Only {availableStock} left</span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}
