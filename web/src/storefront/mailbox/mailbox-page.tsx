import { useInfiniteQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { shopApi } from '@/api/shop-api';
import type { Mail } from '@/api/shop.types';
import { EmptyState } from '@/components/empty-state';
import { formatDateTime } from '@/components/format';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { LoadingRows } from '@/components/skeleton';
import { Button } from '@/components/ui/button';

const REFRESH_MS = 5_000;

export function MailboxPage() {
  const mails = useInfiniteQuery({
    queryKey: ['mails'],
    queryFn: ({ pageParam }) => shopApi.mails(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
  });
  const found = mails.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Mailbox" lead="Every mail the shop sends while no real mail server is set.">
      {mails.isPending && <LoadingRows label="Loading the mails" />}
      {mails.isError && found.length === 0 && (
        <ProblemNotice
          error={mails.error}
          title="The mails could not be loaded"
          onRetry={() => void mails.refetch()}
        />
      )}
      {mails.isSuccess && found.length === 0 && <EmptyState icon={Inbox} title="No mail yet" />}
      {found.length > 0 && (
        <ul aria-label="Mails" className="flex flex-col gap-3">
          {found.map((mail) => (
            <MailRow key={mail.id} mail={mail} />
          ))}
        </ul>
      )}
      {mails.hasNextPage && (
        <Button
          look="secondary"
          className="self-center"
          busy={mails.isFetchingNextPage}
          onClick={() => void mails.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Page>
  );
}

function MailRow({ mail }: { readonly mail: Mail }) {
  return (
    <li>
      <details className="group rounded-2xl border border-line bg-surface">
        <summary className="flex min-h-11 cursor-pointer flex-wrap items-baseline justify-between gap-x-6 gap-y-1 rounded-2xl p-4 sm:px-5">
          <span className="flex min-w-0 flex-col">
            <span className="font-medium">{mail.subject}</span>
            <span className="truncate text-sm text-muted">To {mail.to}</span>
          </span>
          <time dateTime={mail.at} className="text-sm text-muted">
            {formatDateTime(mail.at)}
          </time>
        </summary>
        <p className="border-t border-line p-4 whitespace-pre-wrap sm:px-5">{mail.text}</p>
      </details>
    </li>
  );
}
