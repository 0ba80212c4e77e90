// Reads a topic of an embedded log, or puts a record into it: knows the tables and the header layout (length, name,
// length, value, 32-bit big-endian) and nothing of the product's code.
//   foreign-log.embedded.mjs URL scan TOPIC      a line of JSON a record: partition, offset, type
//   foreign-log.embedded.mjs URL put  RECORD     JSON: topic, partition, key, headers, value
import pg from 'pg';

const [url, act, subject] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
await (act === 'scan' ? scan(subject) : put(JSON.parse(subject)));
await client.end();

async function scan(topic) {
  const { rows } = await client.query(
    `select partition, record_offset, headers from log.record join log.segment using (segment)
     where topic = $1 order by partition, record_offset`,
    [topic],
  );
  for (const { partition, record_offset: offset, headers } of rows) {
    console.log(JSON.stringify({ partition, offset: Number(offset), type: typeOf(headers) }));
  }
}

async function put({ topic, partition, key, headers, value }) {
  const fields = Object.entries(headers).flat().map(field);
  await client.query(
    `with head as (
       update log.head set next = next + 1 where topic = $1 and partition = $2 returning next - 1 as at, last_time
     )
     insert into log.record (segment, partition, record_offset, record_time, key, value, headers)
     select topic.segment, $2, head.at, greatest(head.last_time, $3), $4, $5, $6
     from head, log.topic topic where topic.topic = $1`,
    [topic, partition, Date.now(), Buffer.from(key), Buffer.from(value), Buffer.concat(fields)],
  );
}

function field(text) {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function typeOf(bytes) {
  let at = 0;
  const next = () => {
    const length = bytes.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length < 0 ? null : bytes.subarray(at - length, at).toString();
  };
  while (at < bytes.length) {
    const [name, value] = [next(), next()];
    if (name === 'ce_type') return value;
  }
  return '';
}
