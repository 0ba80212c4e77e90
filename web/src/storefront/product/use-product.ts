import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';

const productQuery = (productId: string) =>
  queryOptions({ queryKey: ['product', productId], queryFn: () => shopApi.product(productId) });

export function useProduct(productId: string) {
  return useQuery(productQuery(productId));
}

/** An order holds ids and prices only; a name that cannot be had is left out. */
export function useProductNames(productIds: readonly string[]): ReadonlyMap<string, string> {
  return useQueries({
    queries: productIds.map((productId) => ({ ...productQuery(productId), staleTime: 300_000 })),
    combine: (results) =>
      new Map(results.flatMap(({ data }) => (data ? [[data.productId, data.name] as const] : []))),
  });
}
