import { queryOptions } from '@tanstack/react-query';
import { shopApi } from '@/api/shop-api';

export const orderQuery = (orderId: string) =>
  queryOptions({ queryKey: ['order', orderId], queryFn: () => shopApi.order(orderId) });
