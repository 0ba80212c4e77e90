type Camel<Text extends string> = Text extends `${infer Head}.${infer Tail}`
  ? `${Camel<Head>}${Camel<Tail>}`
  : Text extends `${infer Head}_${infer Tail}`
    ? `${Camel<Head>}${Camel<Tail>}`
    : Capitalize<Text>;

/** `order.created` -> `publishOrderCreated`, `analytics.product_view` -> `publishAnalyticsProductView`. */
export type PublishMethodName<Type extends string> = `publish${Camel<Type>}`;

export function publishMethodName<Type extends string>(eventType: Type): PublishMethodName<Type> {
  const words = eventType.split(/[._]/);
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `publish${name}` as PublishMethodName<Type>;
}
