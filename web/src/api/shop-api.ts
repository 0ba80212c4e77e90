import { request } from './http-client';
import type {
  AnalyticsCounters,
  Cart,
  Mail,
  Order,
  OrderRequest,
  OrderSummary,
  Page,
  Product,
} from './shop.types';

export interface ProductFilter {
  readonly category?: string | undefined;
  readonly q?: string | undefined;
  readonly limit?: number;
  readonly cursor?: string | undefined;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

const id = encodeURIComponent;

export const shopApi = {
  products: (filter: ProductFilter, signal?: AbortSignal) =>
    request<Page<Product>>('/api/products', { query: { ...filter }, ...(signal ? { signal } : {}) }),
  product: (productId: string) => request<Product>(`/api/products/${id(productId)}`),

  cart: (signal?: AbortSignal) => request<Cart>('/api/cart', signal ? { signal } : {}),
  putCartItem: (productId: string, quantity: number) =>
    request<Cart>(`/api/cart/items/${id(productId)}`, { method: 'PUT', body: { quantity } }),
  removeCartItem: (productId: string) =>
    request<Cart>(`/api/cart/items/${id(productId)}`, { method: 'DELETE' }),

  register: (account: Credentials & { readonly name?: string }) =>
    request<{ readonly userId: string }>('/api/auth/register', { method: 'POST', body: account }),
  logIn: (credentials: Credentials) =>
    request<{ readonly accessToken: string; readonly userId: string }>('/api/auth/login', {
      method: 'POST',
      body: credentials,
    }),

  placeOrder: (order: OrderRequest, idempotencyKey: string) =>
    request<{ readonly orderId: string; readonly status: string }>('/api/orders', {
      method: 'POST',
      body: order,
      headers: { 'idempotency-key': idempotencyKey },
    }),
  order: (orderId: string) => request<Order>(`/api/orders/${id(orderId)}`),
  orders: (cursor?: string) => request<Page<OrderSummary>>('/api/orders', { query: { limit: 20, cursor } }),
  cancelOrder: (orderId: string) =>
    request<{ readonly orderId: string; readonly status: string }>(`/api/orders/${id(orderId)}/cancel`, {
      method: 'POST',
    }),
  orderEventsUrl: (orderId: string) => `/api/orders/${id(orderId)}/events`,

  analyticsCounters: () => request<AnalyticsCounters>('/api/analytics/counters'),
  mails: (cursor?: string) => request<Page<Mail>>('/ops/api/mailbox', { query: { limit: 20, cursor } }),
};
