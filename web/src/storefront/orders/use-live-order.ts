import { useQuery, useQueryClient } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';
import { useEventStream } from '@/hooks/useEventStream';
import { useRefreshCart } from '@/storefront/cart/use-cart';
import { applyStatus, readStatusEvent } from './apply-status';
import { orderQuery } from './order-query';
import { hasEnded } from './order-status';

const POLL_WITHOUT_STREAM_MS = 4_000;

/** An order that follows its status events; while the stream is broken it is asked for again and again. */
export function useLiveOrder(orderId: string) {
  const queries = useQueryClient();
  const refreshCart = useRefreshCart();
  const query = orderQuery(orderId);
  const ended = hasEnded(queries.getQueryData(query.queryKey)?.status ?? '');
  const stream = useEventStream({
    url: ended ? null : shopApi.orderEventsUrl(orderId),
    onMessage: ({ data }) => {
      const change = readStatusEvent(data);
      if (change?.orderId !== orderId) return;
      queries.setQueryData(query.queryKey, (known) => (known ? applyStatus(known, change) : known));
      // An answer under way may be older than this event and would turn the order back.
      const racing = queries.isFetching({ queryKey: query.queryKey }) > 0;
      if (racing || hasEnded(change.status)) void queries.invalidateQueries({ queryKey: query.queryKey });
      if (hasEnded(change.status)) void queries.invalidateQueries({ queryKey: ['orders'] });
      // The cart is emptied by an event of the order, some time after the order was placed.
      void refreshCart();
    },
  });
  const order = useQuery({
    ...query,
    refetchInterval: ({ state }) => {
      if (hasEnded(state.data?.status ?? '') || state.status === 'error') return false;
      return stream.state === 'open' ? false : POLL_WITHOUT_STREAM_MS;
    },
  });
  return { order, stream };
}
