import { act, cleanup, render } from '@testing-library/react';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeSharedAnalytics, configureKafkaAnalytics, type KafkaAnalytics } from '@/analytics';
import { accepted, fakeServer } from '@/analytics/analytics.fixtures';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';

const VIEW = { productId: 'prod-1', category: 'kitchen', price: 14.5 };

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  cleanup();
  closeSharedAnalytics();
  vi.unstubAllGlobals();
});

interface ProbeProps {
  readonly productId?: string;
  readonly repeat?: number;
  readonly seen?: KafkaAnalytics[];
  readonly children?: ReactNode;
}

function Probe({ productId = VIEW.productId, repeat = 1, seen = [], children }: ProbeProps) {
  const analytics = useKafkaAnalytics();
  const { trackEvent } = analytics;
  seen.push(analytics);
  useEffect(() => {
    for (let index = 0; index < repeat; index++) {
      trackEvent('analytics.product_view', { ...VIEW, productId });
    }
  }, [productId, repeat, trackEvent]);
  return <p>{children}</p>;
}

async function sentAfter(rendering: () => void): Promise<string[]> {
  const server = fakeServer(accepted);
  rendering();
  await act(async () => {
    const { sharedAnalytics } = await import('@/analytics');
    await sharedAnalytics().flush();
  });
  return server.events().map(({ properties }) => String(properties.productId));
}

describe('useKafkaAnalytics', () => {
  it('tracks without a provider', async () => {
    expect(await sentAfter(() => render(<Probe />))).toEqual(['prod-1']);
  });

  it('tracks an effect once although StrictMode runs it twice', async () => {
    let runs = 0;
    function Counting() {
      useEffect(() => void runs++, []);
      return <Probe />;
    }
    const sent = await sentAfter(() =>
      render(
        <StrictMode>
          <Counting />
        </StrictMode>,
      ),
    );
    expect(runs).toBe(2);
    expect(sent).toEqual(['prod-1']);
  });

  it('keeps equal events that one effect tracks on purpose, in StrictMode too', async () => {
    expect(await sentAfter(() => render(<Probe repeat={3} />, { wrapper: StrictMode }))).toHaveLength(3);
  });

  it('tracks again when what is shown changes, and when it changes back', async () => {
    const sent = await sentAfter(() => {
      const { rerender } = render(<Probe productId="a" />, { wrapper: StrictMode });
      rerender(<Probe productId="b" />);
      rerender(<Probe productId="a" />);
    });
    expect(sent).toEqual(['a', 'b', 'a']);
  });

  it('gives the same object at every render', () => {
    fakeServer(accepted);
    const seen: KafkaAnalytics[] = [];
    const { rerender } = render(<Probe seen={seen}>one</Probe>);
    rerender(<Probe seen={seen}>two</Probe>);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
  });

  it('takes the write key from the page that the server delivered', async () => {
    const meta = document.createElement('meta');
    meta.name = 'analytics-write-key';
    meta.content = 'key-of-the-page';
    document.head.append(meta);
    const server = fakeServer(accepted);
    render(<Probe />);
    const { sharedAnalytics } = await import('@/analytics');
    await sharedAnalytics().flush();
    meta.remove();
    expect(server.batches[0]?.writeKey).toBe('key-of-the-page');
  });

  it('refuses options that come after the first use', () => {
    fakeServer(accepted);
    render(<Probe />);
    expect(() => configureKafkaAnalytics({ flushAt: 1 })).toThrow(/after the first use/);
  });

  it('does nothing on the server', () => {
    const server = fakeServer(accepted);
    vi.stubGlobal('window', undefined);
    vi.stubGlobal('document', undefined);
    const ids: string[] = [];
    function Rendering() {
      ids.push(useKafkaAnalytics().trackEvent('analytics.product_view', VIEW));
      return <Probe>ready</Probe>;
    }
    expect(renderToString(<Rendering />)).toBe('<p>ready</p>');
    expect(ids).toEqual(['']);
    expect(server.batches).toEqual([]);
  });
});
