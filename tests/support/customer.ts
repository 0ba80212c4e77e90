import { randomUUID } from 'node:crypto';

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface OrderView {
  readonly orderId: string;
  readonly status: string;
  readonly reason?: string;
  readonly history: readonly { readonly status: string; readonly at: string }[];
  readonly totals: { readonly total: number };
}

export interface OrderWish {
  readonly items?: readonly { readonly productId: string; readonly quantity: number }[];
  readonly paymentMethod?: string;
  readonly shippingAddress?: Readonly<Record<string, string>> | undefined;
}

const ADDRESS = { name: 'Ada', line1: '1 Analytical Way', city: 'Dublin', postalCode: 'D01', country: 'IE' };

/** Someone at the shop's public HTTP interface, and nothing behind it. */
export class Customer {
  private constructor(
    readonly baseUrl: string,
    readonly userId: string,
    readonly email: string,
    readonly token: string,
  ) {}

  static async register(baseUrl: string): Promise<Customer> {
    const email = `${randomUUID()}@example.org`;
    const password = 'correct horse battery';
    const registered = await call<{ userId: string }>(baseUrl, 'POST', '/api/auth/register', {
      email,
      password,
    });
    if (registered.status !== 201)
      throw new Error(`register: ${registered.status} ${JSON.stringify(registered.body)}`);
    const login = await call<{ accessToken: string }>(baseUrl, 'POST', '/api/auth/login', {
      email,
      password,
    });
    if (login.status !== 200) throw new Error(`login: ${login.status} ${JSON.stringify(login.body)}`);
    return new Customer(baseUrl, registered.body.userId, email, login.body.accessToken);
  }

  call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return call<Body>(this.baseUrl, method, path, body, {
      authorization: `Bearer ${this.token}`,
      ...headers,
    });
  }

  order(
    wish: OrderWish = {},
    idempotencyKey: string = randomUUID(),
  ): Promise<Answer<{ orderId: string; status: string }>> {
    const body = {
      items: wish.items ?? [{ productId: 'prod-001', quantity: 1 }],
      paymentMethod: wish.paymentMethod ?? 'pm_card_visa',
      shippingAddress: 'shippingAddress' in wish ? wish.shippingAddress : ADDRESS,
    };
    return this.call('POST', '/api/orders', body, { 'idempotency-key': idempotencyKey });
  }

  async view(orderId: string): Promise<OrderView> {
    const { status, body } = await this.call<OrderView>('GET', `/api/orders/${orderId}`);
    if (status !== 200) throw new Error(`GET order ${orderId}: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}

export const TERMINAL = ['completed', 'cancelled', 'needs_attention'];

/** One request; a body that is not JSON comes as text. */
export async function call<Body>(
  baseUrl: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(12_000),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (json && text ? JSON.parse(text) : text) as Body,
  };
}
