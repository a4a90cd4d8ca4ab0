import { describe, expect, test } from 'vitest';
import { didYouMean, distance, nearest } from '../../src/util/nearest.js';

describe('distance', () => {
  test.each([
    ['', '', 0],
    ['a', '', 1],
    ['hash', 'hash', 0],
    ['hash', 'HASH', 0],
    ['hash', 'hsah', 1],
    ['hash', 'has', 1],
    ['hash', 'hashes', 2],
    ['array', 'hash', 5],
  ])('of %s and %s is %i', (a, b, edits) => {
    expect(distance(a, b)).toBe(edits);
    expect(distance(b, a)).toBe(edits);
  });
});

describe('nearest', () => {
  test.each([
    ['arary', ['hash', 'array'], 'array'],
    ['x', ['y', 'z'], 'y'],
    ['something', ['else'], undefined],
    ['hash', [], undefined],
    ['a'.repeat(100), ['a'.repeat(100)], undefined],
  ])('to %s', (word, candidates, found) => {
    expect(nearest(word, candidates)).toBe(found);
  });

  test('as a sentence', () => {
    expect(didYouMean('hahs', ['hash'])).toBe('did you mean `hash`?');
    expect(didYouMean('zzz', ['hash'])).toBeUndefined();
  });
});
