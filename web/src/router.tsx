import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { LogInPage } from '@/storefront/account/log-in-page';
import { RegisterPage } from '@/storefront/account/register-page';
import { CartPage } from '@/storefront/cart/cart-page';
import { CataloguePage } from '@/storefront/catalogue/catalogue-page';
import { CheckoutPage } from '@/storefront/checkout/checkout-page';
import { CrashedPage } from '@/storefront/layout/crashed-page';
import { NotFoundPage } from '@/storefront/layout/not-found-page';
import { ShopLayout } from '@/storefront/layout/shop-layout';
import { LivePage } from '@/storefront/live/live-page';
import { MailboxPage } from '@/storefront/mailbox/mailbox-page';
import { OrderPage } from '@/storefront/orders/order-page';
import { OrdersPage } from '@/storefront/orders/orders-page';
import { ProductPage } from '@/storefront/product/product-page';

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

const rootRoute = createRootRoute({ component: ShopLayout, notFoundComponent: NotFoundPage });
const getParentRoute = () => rootRoute;

export const catalogueRoute = createRoute({
  getParentRoute,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { category?: string; q?: string } => {
    const category = text(search.category);
    const q = text(search.q);
    return { ...(category ? { category } : {}), ...(q ? { q } : {}) };
  },
  component: CataloguePage,
});

/** Only addresses of this shop: a foreign one would make the log-in a springboard. */
const validateReturn = (search: Record<string, unknown>): { returnTo?: string } => {
  const returnTo = text(search.returnTo);
  return returnTo && /^\/(?![/\\])/.test(returnTo) ? { returnTo } : {};
};

const routeTree = rootRoute.addChildren([
  catalogueRoute,
  createRoute({ getParentRoute, path: '/products/$productId', component: ProductPage }),
  createRoute({ getParentRoute, path: '/cart', component: CartPage }),
  createRoute({ getParentRoute, path: '/login', validateSearch: validateReturn, component: LogInPage }),
  createRoute({ getParentRoute, path: '/register', validateSearch: validateReturn, component: RegisterPage }),
  createRoute({ getParentRoute, path: '/checkout', component: CheckoutPage }),
  createRoute({ getParentRoute, path: '/orders', component: OrdersPage }),
  createRoute({ getParentRoute, path: '/orders/$orderId', component: OrderPage }),
  createRoute({ getParentRoute, path: '/analytics', component: LivePage }),
  createRoute({ getParentRoute, path: '/mailbox', component: MailboxPage }),
]);

export function createShopRouter() {
  return createRouter({
    routeTree,
    scrollRestoration: true,
    defaultErrorComponent: CrashedPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createShopRouter>;
  }
}
