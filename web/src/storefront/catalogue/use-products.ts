import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';

const PAGE_SIZE = 24;
const WHOLE_CATALOGUE = 100;

export interface CatalogueFilter {
  readonly category?: string | undefined;
  readonly q?: string | undefined;
}

export function useProducts(filter: CatalogueFilter) {
  return useInfiniteQuery({
    queryKey: ['products', filter],
    queryFn: ({ pageParam, signal }) =>
      shopApi.products({ ...filter, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export function useCategories() {
  return useQuery({
    queryKey: ['categories'],
    queryFn: async ({ signal }) => {
      const { items } = await shopApi.products({ limit: WHOLE_CATALOGUE }, signal);
      return [...new Set(items.map((product) => product.category))].toSorted((a, b) => a.localeCompare(b));
    },
    staleTime: 300_000,
  });
}
