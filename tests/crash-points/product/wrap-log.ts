import type { BuiltProduct } from './built-product.ts';
import { callSite } from './call-site.ts';
import type { Crossings } from './crossings.ts';

/** A publish that goes to the log by itself is a crossing, one for each topic. */
export function wrapLog(crossings: Crossings, { EmbeddedTransport, KafkaTransport }: BuiltProduct): void {
  for (const { prototype } of [EmbeddedTransport, KafkaTransport]) {
    const { append } = prototype;
    prototype.append = function (records) {
      const site = callSite();
      const topics = new Set(records.map(({ topic }) => topic));
      const names = [...topics].map((topic) => `publish: ${site}, appends to ${topic}`);
      return crossings.cross(names, () => append.call(this as never, records));
    };
  }
}
