import type { ServiceName } from '@shop/contracts';

/** Which service answers which paths. */
export const SERVICE_ROUTES = {
  auth: ['/api/auth', '/api/users'],
  product: ['/api/products', '/ops/api/products'],
  cart: ['/api/cart'],
  order: ['/api/orders', '/ops/api/orders', '/ops/api/projections'],
  notification: ['/ops/api/mailbox'],
  analytics: ['/api/analytics'],
  audit: ['/ops/api/audit'],
} as const satisfies Partial<Record<ServiceName, readonly string[]>>;

export type RoutedService = keyof typeof SERVICE_ROUTES;

export const routedServices = Object.keys(SERVICE_ROUTES) as RoutedService[];

/** Paths of programs; an unknown one is an error and not a page of the storefront. */
export const isApiPath = (path: string): boolean =>
  /^\/(api|v1|ops|health|metrics|openapi\.json|asyncapi\.json)(\/|$)/.test(path);
