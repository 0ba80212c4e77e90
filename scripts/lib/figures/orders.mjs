import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

const ANSWER_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 100;
const UNPROCESSABLE = 422;
const ADDRESS = { name: 'Ada', line1: '1 Analytical Way', city: 'Dublin', postalCode: 'D01', country: 'IE' };
/** Has stock for more orders than are placed here. */
const PRODUCT = 'prod-012';

/**
 * Orders one after another, each one followed on the event stream that its page follows. For each: `shown`, from
 * sending the request to reading `completed` on the stream, and `stored`, from the order's row to its last status.
 */
export async function timeOrders(baseUrl, { warmUp, count }) {
  const token = await signIn(baseUrl);
  await untilKnown(baseUrl, token);
  for (let done = 0; done < warmUp; done += 1) await timeOrder(baseUrl, token);
  const times = [];
  while (times.length < count) times.push(await timeOrder(baseUrl, token));
  return times;
}

async function timeOrder(baseUrl, token) {
  const from = performance.now();
  const placed = await place(baseUrl, token);
  await mustBeOk(placed);
  const { orderId } = await placed.json();
  const stream = await call(baseUrl, 'GET', `/api/orders/${orderId}/events`, { token });
  const changes = await changesUntilTheEnd(await mustBeOk(stream));
  const shown = performance.now() - from;
  const last = changes.at(-1);
  if (last?.status !== 'completed') throw new Error(`Order ${orderId} ended as ${last?.status}.`);
  return { shown, stored: Date.parse(last.at) - Date.parse(changes[0].at) };
}

/** A new shop's catalogue reaches the order service by events, a moment after the start. */
async function untilKnown(baseUrl, token) {
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  for (;;) {
    const placed = await place(baseUrl, token);
    if (placed.status !== UNPROCESSABLE || performance.now() > deadline) return mustBeOk(placed);
    await placed.body.cancel();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

const place = (baseUrl, token) =>
  call(baseUrl, 'POST', '/api/orders', {
    token,
    headers: { 'idempotency-key': randomUUID() },
    body: {
      items: [{ productId: PRODUCT, quantity: 1 }],
      paymentMethod: 'pm_card_visa',
      shippingAddress: ADDRESS,
    },
  });

async function changesUntilTheEnd(stream) {
  const changes = [];
  let text = '';
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) changes.push(JSON.parse(line.slice('data:'.length)));
    }
    if (['completed', 'cancelled', 'needs_attention'].includes(changes.at(-1)?.status)) break;
  }
  return changes;
}

async function signIn(baseUrl) {
  const body = { email: `${randomUUID()}@example.org`, password: 'correct horse battery' };
  await mustBeOk(await call(baseUrl, 'POST', '/api/auth/register', { body }));
  const answer = await mustBeOk(await call(baseUrl, 'POST', '/api/auth/login', { body }));
  return (await answer.json()).accessToken;
}

function call(baseUrl, method, path, { token, headers = {}, body } = {}) {
  return fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
}

async function mustBeOk(answer) {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
