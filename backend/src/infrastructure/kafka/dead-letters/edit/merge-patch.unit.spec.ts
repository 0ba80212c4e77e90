import { expect, it } from 'vitest';
import { differences } from './json-difference';
import { mergePatch } from './merge-patch';

// RFC 7396, appendix A.
it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j with the patch %j is %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

it('differences are told at the deepest place', () => {
  expect(differences({ a: { b: [1, { c: 2 }] }, d: 1 }, { a: { b: [1, { c: 3 }] }, e: null })).toEqual([
    { path: 'data.a.b[1].c', before: 2, after: 3 },
    { path: 'data.d', before: 1, after: undefined },
    { path: 'data.e', before: undefined, after: null },
  ]);
  expect(differences(undefined, { a: 1 })).toEqual([{ path: 'data', before: undefined, after: { a: 1 } }]);
  expect(differences({ a: 1, b: undefined }, { a: 1 })).toEqual([]);
  expect(differences([], {})).toHaveLength(1);
});
