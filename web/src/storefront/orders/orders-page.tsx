import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Package } from 'lucide-react';
import { shopApi } from '@/api/shop-api';
import type { OrderSummary } from '@/api/shop.types';
import { EmptyState } from '@/components/empty-state';
import { formatDateTime, formatMoney } from '@/components/format';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { Button, buttonClass } from '@/components/ui/button';
import { useSession } from '@/hooks/useSession';
import { LogInNeeded } from '@/storefront/account/log-in-needed';
import { StatusPill } from './status-pill';

export function OrdersPage() {
  const session = useSession();
  return (
    <Page title="My orders">
      {session ? <Orders /> : <LogInNeeded title="Log in to see your orders" returnTo="/orders" />}
    </Page>
  );
}

function Orders() {
  const orders = useInfiniteQuery({
    queryKey: ['orders'],
    queryFn: ({ pageParam }) => shopApi.orders(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchOnMount: 'always',
  });
  const found = orders.data?.pages.flatMap((page) => page.items) ?? [];
  if (orders.isPending) return <LoadingRows label="Loading your orders" />;
  if (orders.isError && found.length === 0) {
    return (
      <ProblemNotice
        error={orders.error}
        title="Your orders could not be loaded"
        onRetry={() => void orders.refetch()}
      />
    );
  }
  if (found.length === 0) {
    return (
      <EmptyState icon={Package} title="You have not ordered anything yet">
        <Link to="/" className={buttonClass()}>
          To the catalogue
        </Link>
      </EmptyState>
    );
  }
  return (
    <>
      <ul aria-label="Orders" className="flex flex-col gap-3">
        {found.map((order) => (
          <OrderRow key={order.orderId} order={order} />
        ))}
      </ul>
      {orders.hasNextPage && (
        <Button
          look="secondary"
          className="self-center"
          busy={orders.isFetchingNextPage}
          onClick={() => void orders.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function OrderRow({ order }: { readonly order: OrderSummary }) {
  const { orderId, status, createdAt, currency, totals } = order;
  return (
    <li>
      <Link
        to="/orders/$orderId"
        params={{ orderId }}
        className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-2xl border border-line bg-surface p-4 hover:bg-sunken sm:px-5"
      >
        <span className="flex min-w-0 flex-col">
          <span className="font-medium">{formatDateTime(createdAt)}</span>
          <code className="truncate text-sm text-muted">{orderId}</code>
        </span>
        <span className="flex items-center gap-4">
          <span className="tabular-nums">{formatMoney(totals.total, currency)}</span>
          <StatusPill status={status} />
        </span>
      </Link>
    </li>
  );
}
