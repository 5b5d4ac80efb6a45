import { describe, expect, it } from 'vitest';
import { problemKind } from './problem-kind';

describe('problemKind', () => {
  it.each([
    ['refund is not seen at the acquirer', 'refund_unseen'],
    ['refund refused: 340', 'refund_refused'],
    ['acquirer says voided after it had said captured', 'voided'],
    ['acquirer holds money of a payment that is failed', 'held'],
    ["acquirer's payment 17 names another payment 01a1", 'foreign'],
    ["acquirer's payment 17, expected 18", 'other_number'],
    ['acquirer says captured in USD, expected KGS', 'currency'],
    ['acquirer says captured for 10, expected 20 KGS', 'amount'],
    ['acquirer says refunded 5 of 20 KGS', 'part_refunded'],
    ['something new', 'other'],
  ])('%s', (text, kind) => expect(problemKind(text)).toBe(kind));
});
