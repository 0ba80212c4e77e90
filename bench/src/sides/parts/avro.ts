import avro from 'avsc';
import { type OrderCreated, orderCreatedSchema } from '../../workload/order-created.ts';

const FRAME_BYTES = 5;

/** How one decodes by hand: a type made once, the frame cut off. Decimals stay bytes, as nobody asks for them here. */
export function handDecoder(): (value: Buffer | null) => OrderCreated {
  const type = avro.Type.forSchema(orderCreatedSchema());
  return (value) => {
    if (!value) throw new Error('A record without a value.');
    return type.fromBuffer(value.subarray(FRAME_BYTES));
  };
}
