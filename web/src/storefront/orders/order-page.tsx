import { getRouteApi, Link } from '@tanstack/react-router';
import type { Order } from '@/api/shop.types';
import { LiveBadge } from '@/components/live-badge';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { useSession } from '@/hooks/useSession';
import { LogInNeeded } from '@/storefront/account/log-in-needed';
import { CancelOrder } from './cancel-order';
import { OrderItems } from './order-items';
import { mayBeCancelled, wordsOf, wordsOfReason } from './order-status';
import { OrderTimeline } from './order-timeline';
import { StatusPill } from './status-pill';
import { useLiveOrder } from './use-live-order';

const route = getRouteApi('/orders/$orderId');

export function OrderPage() {
  const { orderId } = route.useParams();
  const session = useSession();
  if (!session) {
    return (
      <Page title="Your order">
        <LogInNeeded title="Log in to see your order" returnTo={`/orders/${encodeURIComponent(orderId)}`} />
      </Page>
    );
  }
  return <LiveOrder key={orderId} orderId={orderId} />;
}

function LiveOrder({ orderId }: { readonly orderId: string }) {
  const { order, stream } = useLiveOrder(orderId);
  return (
    <Page
      title="Your order"
      lead={
        <>
          Number <code className="break-all">{orderId}</code>
        </>
      }
      aside={order.data && <LiveBadge state={stream.state} />}
    >
      {order.isPending && <LoadingRows label="Loading your order" />}
      {order.isError && !order.data && (
        <ProblemNotice
          error={order.error}
          title="This order could not be shown"
          onRetry={() => void order.refetch()}
        />
      )}
      {order.data && <OrderDetails order={order.data} />}
      <Link to="/orders" className="self-start text-accent underline underline-offset-4">
        All my orders
      </Link>
    </Page>
  );
}

function OrderDetails({ order }: { readonly order: Order }) {
  const { explanation } = wordsOf(order.status);
  const reason = order.history.at(-1)?.reason ?? order.reason;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem] lg:gap-10">
      <section
        aria-label="Status"
        className="flex flex-col gap-6 rounded-2xl border border-line bg-surface p-5 sm:p-6"
      >
        <div aria-live="polite" className="flex flex-col items-start gap-2">
          <StatusPill status={order.status} large />
          {explanation && <p>{explanation}</p>}
          {reason && <p className="text-sm text-muted">{wordsOfReason(reason)}</p>}
        </div>
        <OrderTimeline status={order.status} history={order.history} />
        {mayBeCancelled(order.status) && <CancelOrder orderId={order.orderId} />}
      </section>
      <OrderItems order={order} />
    </div>
  );
}
