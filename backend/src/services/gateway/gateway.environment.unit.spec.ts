import { describe, expect, it } from 'vitest';
import { gatewaySettings } from './gateway.environment';

describe('the gateway’s settings', () => {
  it('have a write key in development only', () => {
    expect([...gatewaySettings({}).writeKeys]).toEqual(['dev-write-key']);
    expect([...gatewaySettings({ NODE_ENV: 'production' }).writeKeys]).toEqual([]);
    expect([...gatewaySettings({ ANALYTICS_WRITE_KEYS: 'a, b' }).writeKeys]).toEqual(['a', 'b']);
  });

  it('say where services are; those without routes may be named too', () => {
    const { addresses } = gatewaySettings({
      SERVICE_URLS: 'order=http://127.0.0.1:3101, payment=http://127.0.0.1:3102',
    });
    expect([...addresses]).toEqual([['order', 'http://127.0.0.1:3101']]);
  });

  it('name every entry that is not one', () => {
    expect(() => gatewaySettings({ SERVICE_URLS: 'order=127.0.0.1:3101,cart' })).toThrow(
      /order=127\.0\.0\.1:3101[\s\S]*'cart' must look like/,
    );
  });
});
