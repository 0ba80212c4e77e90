import { Link } from '@tanstack/react-router';
import { ShoppingBag, Store } from 'lucide-react';
import { useCart } from '@/storefront/cart/use-cart';
import { AccountMenu } from './account-menu';
import { SearchBox } from './search-box';

export function SiteHeader() {
  return (
    <header className="border-b border-line bg-surface px-4 sm:px-6">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-2 py-2">
        <Link to="/" className="flex min-h-11 items-center gap-2 rounded-lg text-lg font-semibold">
          <Store aria-hidden className="size-6 text-accent" />
          Corner Shop
        </Link>
        <div className="order-last w-full sm:order-none sm:ml-auto sm:w-64 lg:w-80">
          <SearchBox />
        </div>
        <nav aria-label="Account and cart" className="ml-auto flex items-center gap-1 sm:ml-0">
          <AccountMenu />
          <CartLink />
        </nav>
      </div>
    </header>
  );
}

function CartLink() {
  const { data } = useCart();
  const pieces = data?.items.reduce((sum, item) => sum + item.quantity, 0) ?? 0;
  return (
    <Link
      to="/cart"
      aria-label={pieces === 0 ? 'Cart, empty' : `Cart, ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`}
      className="relative flex size-11 items-center justify-center rounded-lg hover:bg-sunken"
    >
      <ShoppingBag aria-hidden className="size-6" strokeWidth={1.75} />
      {pieces > 0 && (
        <span
          aria-hidden
          className="absolute top-0.5 right-0 min-w-5 rounded-full bg-accent px-1 text-center text-xs leading-5 font-semibold text-on-accent tabular-nums"
        >
          {pieces > 99 ? '99+' : pieces}
        </span>
      )}
    </Link>
  );
}
