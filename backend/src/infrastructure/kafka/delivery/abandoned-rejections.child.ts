import { type DeliveryContext, runWithDelivery } from './delivery-context';
import { holdAbandonedRejections } from './abandoned-rejections';

const context = { group: 'shop.order', handler: 'Careless', topic: 'order-events', partition: 0, offset: 7n };

const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

async function careless(): Promise<void> {
  void Promise.reject('at once');
  void later().then(() => Promise.reject(new TypeError('after the return')));
  void (async () => {
    await later();
    throw undefined;
  })();
}

const letGo = holdAbandonedRejections();
await runWithDelivery(context as DeliveryContext, careless);
const [wish] = process.argv.slice(2);
if (wish === 'of nobody') void Promise.reject(new Error('not of a handler'));
if (wish === 'after letting go') {
  letGo();
  await runWithDelivery(context as DeliveryContext, careless);
}
setTimeout(() => process.stdout.write('still here\n'), 50);
