import { getRouteApi, Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useEffect } from 'react';
import { EmptyState } from '@/components/empty-state';
import { humanize } from '@/components/format';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { Skeleton } from '@/components/skeleton';
import { Button, buttonClass } from '@/components/ui/button';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { CategoryBar } from './category-bar';
import { ProductCard } from './product-card';
import { useProducts } from './use-products';

const GRID = 'grid grid-cols-2 gap-x-4 gap-y-7 sm:gap-x-6 md:grid-cols-3 lg:grid-cols-4';
const route = getRouteApi('/');

export function CataloguePage() {
  const { category, q } = route.useSearch();
  const products = useProducts({ category, q });
  const { trackEvent } = useKafkaAnalytics();
  const found = products.data?.pages.flatMap((page) => page.items) ?? [];
  const resultCount = products.isPlaceholderData || !products.isSuccess ? undefined : found.length;

  useEffect(() => {
    if (q !== undefined && resultCount !== undefined)
      trackEvent('analytics.search', { query: q, resultCount });
    // A further page of the same results is not another search.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [q, resultCount === undefined, trackEvent]);

  return (
    <Page
      title={q ? `Results for “${q}”` : category ? humanize(category) : 'Good things, plainly made'}
      lead={q || category ? undefined : 'For the kitchen, the desk and the weekend.'}
      aside={
        q && (
          <Link to="/" search={category ? { category } : {}} className={buttonClass('quiet')}>
            Clear search
          </Link>
        )
      }
    >
      <CategoryBar category={category} q={q} />
      {products.isPending && <LoadingGrid />}
      {products.isError && found.length === 0 && (
        <ProblemNotice
          error={products.error}
          title="The catalogue could not be loaded"
          onRetry={() => void products.refetch()}
        />
      )}
      {products.isSuccess && found.length === 0 && (
        <EmptyState icon={SearchX} title="Nothing matches">
          <Link to="/" className={buttonClass('secondary')}>
            Show everything
          </Link>
        </EmptyState>
      )}
      {found.length > 0 && (
        <ul aria-label="Products" aria-busy={products.isPlaceholderData} className={GRID}>
          {found.map((product) => (
            <ProductCard key={product.productId} product={product} />
          ))}
        </ul>
      )}
      {products.hasNextPage && (
        <Button
          look="secondary"
          className="self-center"
          busy={products.isFetchingNextPage}
          onClick={() => void products.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Page>
  );
}

function LoadingGrid() {
  return (
    <div role="status" className={GRID}>
      <span className="sr-only">Loading the catalogue</span>
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="aspect-[4/5] rounded-2xl" />
      ))}
    </div>
  );
}
