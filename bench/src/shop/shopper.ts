import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
}

const CONNECTIONS = 128;
const ADDRESS = { name: 'Ada', line1: '1 Analytical Way', city: 'Dublin', postalCode: 'D01', country: 'IE' };
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** Somebody with an account, at the shop's public interface. */
export class Shopper {
  private readonly url: string;
  private readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async register(url: string): Promise<Shopper> {
    const body = { email: `${randomUUID()}@example.org`, password: 'correct horse battery' };
    await post(`${url}/api/auth/register`, body);
    const { accessToken } = await post<{ accessToken: string }>(`${url}/api/auth/login`, body);
    return new Shopper(url, accessToken);
  }

  /** Resolves with the order's id when the shop has taken the order. */
  async order(items: readonly OrderLine[]): Promise<string> {
    const body = { items, paymentMethod: 'pm_card_visa', shippingAddress: ADDRESS };
    const headers = { authorization: `Bearer ${this.token}`, 'idempotency-key': randomUUID() };
    const { orderId } = await post<{ orderId: string }>(`${this.url}/api/orders`, body, headers);
    return orderId;
  }
}

function post<Answer>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(JSON.parse(answer) as Answer);
        else reject(new Error(`POST ${url}: ${statusCode} ${answer}`));
      });
    });
    sent.end(text);
  });
}
