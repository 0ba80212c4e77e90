// Prints every event of an embedded log as a line of JSON, for ever. Knows the tables and the header layout
// (length, name, length, value, 32-bit big-endian) and nothing of the product's code.
import pg from 'pg';

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
const next = new Map();

process.on('SIGTERM', () => process.exit(0));

for (;;) {
  const { rows } = await client.query(`
    select topic, partition, record_offset, key, headers
    from log.record join log.segment using (segment)
    order by topic, partition, record_offset`);
  for (const { topic, partition, record_offset: offset, key, headers } of rows) {
    const place = `${topic}/${partition}`;
    if (Number(offset) < (next.get(place) ?? 0)) continue;
    next.set(place, Number(offset) + 1);
    const type = headerOf(headers, 'ce_type');
    console.log(JSON.stringify({ type, key: key?.toString() ?? '', partition, offset: Number(offset) }));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}

function headerOf(bytes, wanted) {
  let at = 0;
  const field = () => {
    const length = bytes.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length < 0 ? null : bytes.subarray(at - length, at).toString();
  };
  while (at < bytes.length) {
    const [name, value] = [field(), field()];
    if (name === wanted) return value;
  }
  return '';
}
