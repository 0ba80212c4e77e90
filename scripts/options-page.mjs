// Writes docs/delivery-options.md from the zod schemas of the delivery engine and the comments above their fields; with
// `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { describedFields } from './lib/described-fields.mjs';
import { inRoot } from './lib/workspace.mjs';

const PAGE = inRoot('docs/delivery-options.md');
const KAFKA = 'backend/src/infrastructure/kafka';
const schemas = await import(`../${KAFKA}/delivery/delivery.options.ts`);
const optionsSource = readFileSync(inRoot(KAFKA, 'delivery/delivery.options.ts'), 'utf8');
const moduleSource = readFileSync(inRoot(KAFKA, 'kafka.options.ts'), 'utf8');
const handlerSource = readFileSync(inRoot(KAFKA, 'consumer/handler.ts'), 'utf8');

const UNITS = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1_000 };
const silent = [];

const page = `# Delivery options

Made from the schemas in the code by \`npm run options\`. Units are in the names: \`Ms\` are milliseconds, \`Bytes\` bytes. What
is out of its bounds, or has a name that nobody knows, is refused with \`INVALID_CONFIGURATION\` and every fault at once: the
module's options at the start, a handler's when it is registered. What the options do together tells
[When a handler fails](when-a-handler-fails.md).

## Of a handler

The third argument of \`registerHandler\` and \`registerBatchHandler\`, the second of \`@KafkaHandler\`.

${fieldsTable('HandlerOptions')}
\`registerBatchHandler\` also takes:

${fieldsTable('BatchHandlerOptions')}
Both, with defaults and bounds:

${optionsTable('handlerDeliveryOptions')}
### \`retry\`

Also an option of the module, \`KafkaModule.forRoot({ retry })\`, for all handlers that say nothing else; so is \`onDead\`. The
wait before run n + 1 is anything from 0 to \`firstDelayMs\` times 2^(n - 1), and never longer than \`longestDelayMs\` (full
jitter). Kinds of errors are classes, or stable \`code\`s as text; an error counts as what it was caused by, too.

${optionsTable('retryFields')}
### \`breaker\`

The outgoing dependencies of \`Breakers.of(name, options)\` take \`failures\`, \`openMs\` and \`longestOpenMs\` with the same
defaults.

${optionsTable('breakerFields')}
## Of the module

\`KafkaModule.forRoot(options)\`; \`forRootAsync\` takes the same from a factory. What is not said comes from the
[environment](configuration.md).

${fieldsTable('KafkaModuleOptions', moduleSource)}
### \`database\`

${fieldsTable('DatabaseSettings', moduleSource)}
### An entry of \`topics\`

${fieldsTable('TopicConfig', moduleSource)}
### \`delivery\`

\`KafkaModule.forRoot({ delivery: { … } })\`: how this process delivers. A subscription is a group's part in one topic, a lane
the events of one key in it.

${optionsTable('deliveryOptions')}`;

if (silent.length > 0) {
  console.error(`These options have no text: ${silent.join(', ')}`);
  process.exitCode = 1;
} else if (process.argv.includes('--check')) {
  if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/delivery-options.md is stale: run `npm run options`.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PAGE, page);
  console.log(`${page.split('\n| `').length - 1} options.`);
}

/** Options with defaults and bounds. */
function optionsTable(name) {
  const fields = new Map(describedFields(optionsSource, name).map((field) => [field.name, field]));
  const rows = Object.entries(schemas[name].shape).map(([option, schema]) => {
    const { isOptional, byDefault, inner } = unwrapped(schema);
    const nested = inner.def.type === 'object';
    const shownDefault = nested ? `see [below](#${option})` : isOptional ? '' : shown(option, byDefault);
    return `| \`${option}\` | ${shownDefault} | ${boundsOf(option, inner)} | ${meaningOf(name, fields.get(option))} |`;
  });
  return `| option | default | allowed | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** Options whose types are all there is to check. */
function fieldsTable(name, source = handlerSource) {
  const rows = describedFields(source, name).map((field) => {
    const type = field.type.replaceAll('|', '\\|');
    return `| \`${field.name}\` | \`${type}\` | ${meaningOf(name, field)} |`;
  });
  return `| option | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function meaningOf(owner, field) {
  if (!field?.comment) silent.push(`${owner}.${field?.name ?? '?'}`);
  return field?.comment ?? '';
}

function unwrapped(schema) {
  const { type, innerType } = schema.def;
  if (type === 'optional') return { ...unwrapped(innerType), isOptional: true };
  if (type === 'default' || type === 'prefault')
    return { isOptional: false, byDefault: schema.def.defaultValue, inner: innerType };
  return { isOptional: false, byDefault: undefined, inner: schema };
}

function boundsOf(option, inner) {
  switch (inner.def.type) {
    case 'number':
      return `${shown(option, inner.minValue)} to ${shown(option, inner.maxValue)}`;
    case 'enum':
      return inner.options.map((value) => `\`${value}\``).join(', ');
    case 'array':
      return 'classes of errors, codes';
    default:
      return '';
  }
}

/** `300000 (5 min)`: as it is written in code, and as it is read. */
function shown(option, value) {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value !== 'number') return `\`${value}\``;
  if (option.endsWith('Bytes')) return readable(value, { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10 });
  return option.endsWith('Ms') ? readable(value, UNITS) : String(value);
}

function readable(value, units) {
  const unit = Object.entries(units).find(([, size]) => value >= size && value % size === 0);
  return unit ? `${value} (${value / unit[1]} ${unit[0]})` : String(value);
}
