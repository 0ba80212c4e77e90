const WRITES =
  /\b(insert\s+into|update\s+(only\s+)?[a-z_."]+(\s+(as\s+)?[a-z_]+)?\s+set|delete\s+from|truncate|merge\s+into|create|alter|drop|copy|call|do)\b/i;

/** What may stand before a parenthesis in a statement that only reads. Any other function is taken for a writer. */
const READERS = new Set(
  (
    'abs all and any array array_agg as at avg bool_and by cast coalesce conflict count date_trunc distinct exists ' +
    'extract filter from generate_series greatest in interval join lateral least left length lower max min not now ' +
    'nullif octet_length on or over partition position row row_number select string_to_array substring sum to_char ' +
    'union unnest upper using values varchar where with clock_timestamp convert_to make_interval ' +
    'col_description current_database current_schema current_setting has_schema_privilege pg_backend_pid ' +
    'pg_get_serial_sequence pg_relation_size quote_ident set_config ' +
    'hashtext hashtextextended pg_advisory_lock pg_advisory_unlock pg_try_advisory_lock pg_notify ' +
    'jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_build_object jsonb_object_agg ' +
    'event_identity log.expired_segments log.must_close log.newest_in log.offset_at log.read log.retention_due ' +
    'log.segment_of log.setting log.time_at'
  ).split(' '),
);

/** Not what `as` or `with` give a name to. */
const CALLED = /(?<!\b(?:as|with)\s+)\b([a-z_][a-z0-9_.]*)\s*\(/g;

/** Whether the statement can change what others see, of itself or by a function. */
export function writes(commented: string): boolean {
  const text = commented.replaceAll(/\/\*[^]*?\*\/|--[^\n]*/g, ' ');
  if (WRITES.test(text)) return true;
  return [...text.toLowerCase().matchAll(CALLED)].some(([, name = '']) => !READERS.has(name));
}

export type Bound = 'begin' | 'commit' | 'rollback';

const BOUNDS: Readonly<Record<string, Bound>> = {
  begin: 'begin',
  start: 'begin',
  commit: 'commit',
  end: 'commit',
  rollback: 'rollback',
  abort: 'rollback',
};

/** Whether the statement begins or ends a transaction. */
export function boundOf(text: string): Bound | undefined {
  const [word = ''] = /^[a-z]+\b/.exec(text.trimStart().toLowerCase()) ?? [];
  return Object.hasOwn(BOUNDS, word) ? BOUNDS[word] : undefined;
}
