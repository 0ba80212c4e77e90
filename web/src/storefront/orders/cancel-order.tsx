import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AlertDialog } from 'radix-ui';
import { shopApi } from '@/api/shop-api';
import { ProblemNotice } from '@/components/problem-notice';
import { Button } from '@/components/ui/button';
import { orderQuery } from './order-query';

export function CancelOrder({ orderId }: { readonly orderId: string }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => shopApi.cancelOrder(orderId),
    onSettled: () => queries.invalidateQueries({ queryKey: orderQuery(orderId).queryKey }),
  });
  return (
    <div className="flex flex-col items-start gap-3">
      {cancel.isError && <ProblemNotice error={cancel.error} title="The order was not cancelled" />}
      {cancel.isSuccess && <p role="status">We have asked for the cancellation.</p>}
      <AlertDialog.Root>
        <AlertDialog.Trigger asChild>
          <Button look="secondary" busy={cancel.isPending} disabled={cancel.isSuccess}>
            Cancel order
          </Button>
        </AlertDialog.Trigger>
        <AlertDialog.Portal>
          <AlertDialog.Overlay className="fixed inset-0 z-20 bg-black/40" />
          <AlertDialog.Content className="fixed top-1/2 left-1/2 z-30 flex w-[calc(100%-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 flex-col gap-3 rounded-2xl bg-surface p-6 shadow-xl">
            <AlertDialog.Title className="text-lg font-semibold">Cancel this order?</AlertDialog.Title>
            <AlertDialog.Description className="text-muted">
              If the parcel is not with the carrier yet, whatever was paid comes back to you.
            </AlertDialog.Description>
            <div className="mt-3 flex flex-wrap justify-end gap-3">
              <AlertDialog.Cancel asChild>
                <Button look="secondary">Keep it</Button>
              </AlertDialog.Cancel>
              <AlertDialog.Action asChild>
                <Button onClick={() => cancel.mutate()}>Yes, cancel it</Button>
              </AlertDialog.Action>
            </div>
          </AlertDialog.Content>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </div>
  );
}
