import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type DeadLetterState, deadLetterState, orderOf } from '@/testing/dead-letter-state';
import type { Edit } from './edit-letter';

type Header = readonly [string, Buffer];
const header = (name: string, value: string): Header => [name, Buffer.from(value)];
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const typed = [header('ce_id', 'e1'), header('ce_source', '/spec'), header('ce_type', 'order.created')];

describe('an edit of a dead letter', () => {
  let state: DeadLetterState;
  const mended = { ...orderOf('o-1'), userId: 'user-456' };

  beforeAll(async () => {
    state = await deadLetterState();
  });
  beforeEach(async () => {
    await state.empty();
    await state.progress();
  });
  afterAll(() => state?.close());

  const edit = (id: string, edit: Edit) => state.letters.act(id, { kind: 'edit', edit }, 'ada');
  const decoded = async (value: Buffer | null | undefined, headers: readonly Header[]) => {
    const place = { topic: 'order-events', partition: 0, offset: 0n, timestamp: 0, key: null };
    return (await state.codec.decode({ ...place, value: value ?? null, headers })).event.data;
  };

  const parkedValue = async () =>
    (await state.database.row<{ value: Buffer }>(sql`select value from parked`))?.value;

  it('runs the event with new data in its place, and keeps the bytes it came with', async () => {
    const id = await state.addLetter({ parked: ['tell'] });
    const before = await state.letters.find(id);
    expect(await edit(id, { data: mended })).toMatchObject({ status: 'retrying', value: orderOf('o-1') });
    const [row] = await state.parked();
    expect(row).toMatchObject({ state: 'waiting', due: true, pending: ['take', 'tell'] });
    expect(await decoded(row?.edited_value, typed)).toEqual(mended);
    const after = await state.letters.find(id);
    expect(after?.valueBase64).toBe(before?.valueBase64);
    expect(after?.edited).toEqual({ value: mended, valueBase64: row?.edited_value?.toString('base64') });
  });

  it('shows beforehand what it would change, and changes nothing', async () => {
    const id = await state.addLetter({ parked: [] });
    const items = [{ productId: 'prod-001', quantity: 3, price: 19.99 }];
    const preview = await state.letters.previewEdit(id, { data: { ...mended, items } });
    expect(preview.changes).toEqual([
      { path: 'data.userId', before: 'user-123', after: 'user-456' },
      { path: 'data.items[0].quantity', before: 2, after: 3 },
    ]);
    expect(await state.status(id)).toBe('dead');
    expect(await state.parked()).toMatchObject([{ state: 'dead', edited_value: null }]);
  });

  it('is refused beforehand too, where the letter is decided about', async () => {
    const id = await state.addLetter({ status: 'retrying' });
    const preview = state.letters.previewEdit(id, { data: mended });
    await expect(preview).rejects.toMatchObject({ code: 'DEAD_LETTER_DECIDED', status: 409 });
  });

  it('takes a merge patch', async () => {
    const id = await state.addLetter();
    await edit(id, { patch: { userId: 'user-456' } });
    const [row] = await state.parked();
    expect(await decoded(row?.edited_value, typed)).toEqual(mended);
  });

  it('takes the whole value as bytes', async () => {
    const id = await state.addLetter();
    const other = await state.addLetter({ offset: 99n, key: 'o-1' });
    const bytes = (await state.letters.find(other))?.valueBase64 ?? '';
    await edit(id, { valueBase64: bytes });
    expect((await state.parked())[0]?.edited_value?.toString('base64')).toBe(bytes);
  });

  it.each([
    [
      'a wrong type',
      { ...mended, items: [{ productId: 'p', quantity: 'two', price: 1 }] },
      'data.items[0].quantity',
    ],
    [
      'a price of too many digits',
      { ...mended, totals: { ...mended.totals, tax: 1.00001 } },
      'data.totals.tax',
    ],
    ['a missing member', { orderId: 'o-1' }, 'data.userId'],
    ['another key', { ...mended, orderId: 'o-2' }, 'data'],
  ])('is refused for %s, with the path', async (_, data, path) => {
    const id = await state.addLetter({ parked: [] });
    await expect(edit(id, { data })).rejects.toMatchObject({
      code: 'EDIT_REFUSED',
      status: 422,
      faults: expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining(path) })]),
    });
    expect(await state.status(id)).toBe('dead');
    expect(await state.parked()).toMatchObject([{ state: 'dead', edited_value: null }]);
  });

  it('is refused for bytes that do not decode', async () => {
    const id = await state.addLetter();
    for (const bytes of [Buffer.from('nonsense'), Buffer.from([0, 0, 0]), json({ a: 1 })]) {
      const refused = edit(id, { valueBase64: bytes.toString('base64') });
      await expect(refused).rejects.toMatchObject({ code: 'EDIT_REFUSED' });
    }
  });

  it('mends bytes that never decoded, for every handler of the topic', async () => {
    const headers = [...typed, header('content-type', 'application/avro')];
    const id = await state.addLetter({ handler: '*', value: Buffer.from([1, 2, 3]), headers });
    const detail = await state.letters.find(id);
    expect(detail).not.toHaveProperty('value');
    expect(detail?.valueError).toMatchObject({ code: 'UNDECODABLE' });
    await expect(edit(id, { patch: { userId: 'u' } })).rejects.toMatchObject({ code: 'EDIT_REFUSED' });
    await edit(id, { data: mended });
    const [row] = await state.parked();
    expect(row).toMatchObject({ pending: ['*'], handler: '*', state: 'waiting', edited_value: null });
    expect(await decoded(await parkedValue(), headers)).toEqual(mended);
    expect((await state.letters.find(id))?.valueBase64).toBe(Buffer.from([1, 2, 3]).toString('base64'));
  });

  it('cannot mend headers: says what is wrong with them', async () => {
    const headers = [header('ce_type', 'payment.requested')];
    const id = await state.addLetter({
      handler: '*',
      value: Buffer.from([1]),
      headers,
      eventType: 'payment.requested',
    });
    await expect(edit(id, { valueBase64: json(mended).toString('base64') })).rejects.toMatchObject({
      code: 'EDIT_REFUSED',
      message: expect.stringContaining("belongs to topic 'payment-events'"),
    });
  });

  const structured = {
    specversion: '1.0',
    id: 'e1',
    source: '/spec',
    type: 'order.created',
    data: { ...orderOf('o-1'), userId: 5 },
  };
  it.each([
    ['JSON beside headers', [...typed, header('content-type', 'application/json')], json({ orderId: 'o-1' })],
    ['JSON without a content type', typed, json({ orderId: 'o-1' })],
    ['a CloudEvent in JSON', [header('content-type', 'application/cloudevents+json')], json(structured)],
    ['a line of a console producer', [], json({ eventType: 'order.created', data: {} })],
  ])('keeps the form of %s', async (_, headers, value) => {
    const id = await state.addLetter({ handler: '*', value, headers });
    expect(await state.letters.find(id)).toHaveProperty('valueError');
    await edit(id, { data: mended });
    const runs = await parkedValue();
    expect(runs?.toString()).toContain('user-456');
    expect(await decoded(runs, headers)).toEqual(mended);
    const edited = (await state.letters.find(id))?.edited;
    expect(edited?.value).toEqual(mended);
  });

  it('stays in place when the letter dies once more and is retried', async () => {
    const id = await state.addLetter({ parked: [] });
    await edit(id, { data: mended });
    const [first] = await state.parked();
    await state.database.run(sql`update parked set state = 'dead', attempts = 10, due_at = null`);
    await state.database.run(sql`update dead_letters set status = 'dead' where id = ${id}`);
    await state.letters.act(id, { kind: 'retry' }, 'ada');
    expect(await state.parked()).toMatchObject([
      { state: 'waiting', attempts: 0, edited_value: first?.edited_value },
    ]);
  });
});
