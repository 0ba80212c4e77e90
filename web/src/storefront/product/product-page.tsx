import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useEffect } from 'react';
import type { Product } from '@/api/shop.types';
import { ProductArt } from '@/components/art/product-art';
import { formatMoney, humanize } from '@/components/format';
import { useDocumentTitle } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { Skeleton } from '@/components/skeleton';
import { useKafkaAnalytics } from '@/hooks/useKafkaAnalytics';
import { AddToCart } from './add-to-cart';
import { useProduct } from './use-product';

const route = getRouteApi('/products/$productId');

export function ProductPage() {
  const { productId } = route.useParams();
  const product = useProduct(productId);
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4">
      <Link
        to="/"
        className="flex min-h-11 items-center gap-2 self-start rounded-lg text-muted underline-offset-4 hover:underline"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Catalogue
      </Link>
      {!product.data && <h1 className="sr-only">Product</h1>}
      {product.isPending && <LoadingProduct />}
      {product.isError && (
        <ProblemNotice
          error={product.error}
          title="This product could not be shown"
          onRetry={() => void product.refetch()}
        />
      )}
      {product.data && <ProductDetails key={product.data.productId} product={product.data} />}
    </div>
  );
}

function ProductDetails({ product }: { readonly product: Product }) {
  const { productId, name, description, price, currency, category } = product;
  const { trackEvent } = useKafkaAnalytics();
  useDocumentTitle(name);
  useEffect(() => {
    trackEvent('analytics.product_view', { productId, category, price });
  }, [productId, category, price, trackEvent]);

  return (
    <article className="grid gap-6 md:grid-cols-2 md:gap-12">
      <div className="aspect-square overflow-hidden rounded-3xl dark:brightness-90">
        <ProductArt productId={productId} name={name} category={category} className="size-full" />
      </div>
      <div className="flex flex-col gap-5 md:py-4">
        <div className="flex flex-col gap-1">
          <Link
            to="/"
            search={{ category }}
            className="self-start text-sm text-muted underline-offset-4 hover:underline"
          >
            {humanize(category)}
          </Link>
          <h1 className="text-2xl font-semibold sm:text-3xl">{name}</h1>
        </div>
        <p className="text-2xl tabular-nums">{formatMoney(price, currency)}</p>
        {description && <p className="max-w-prose text-muted">{description}</p>}
        <AddToCart product={product} />
      </div>
    </article>
  );
}

function LoadingProduct() {
  return (
    <div role="status" className="grid gap-6 md:grid-cols-2 md:gap-12">
      <span className="sr-only">Loading the product</span>
      <Skeleton className="aspect-square rounded-3xl" />
      <div className="flex flex-col gap-4 md:py-4">
        <Skeleton className="h-9 w-3/4" />
        <Skeleton className="h-8 w-28" />
        <Skeleton className="h-24" />
      </div>
    </div>
  );
}
