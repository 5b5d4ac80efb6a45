/**
 * QR codes (ISO/IEC 18004): bytes, error correction level M, versions 1 to 10, that is up to 213 bytes. Pure.
 */

/** By version: error correction words of a block, then blocks × data words, twice where blocks differ. */
const BLOCKS: readonly (readonly number[])[] = [
  [10, 1, 16],
  [16, 1, 28],
  [26, 1, 44],
  [18, 2, 32],
  [24, 2, 43],
  [16, 4, 27],
  [18, 4, 31],
  [22, 2, 38, 2, 39],
  [22, 3, 36, 2, 37],
  [26, 4, 43, 1, 44],
];

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x = (x << 1) ^ (x & 128 ? 0x11d : 0);
}
const times = (a: number, b: number): number => (a && b ? EXP[LOG[a]! + LOG[b]!]! : 0);

/** Reed–Solomon error correction words of a block. */
function correction(data: readonly number[], count: number): number[] {
  let generator = [1];
  for (let i = 0; i < count; i++) {
    const next = [...generator, 0];
    generator.forEach((c, j) => (next[j + 1]! ^= times(c, EXP[i]!)));
    generator = next;
  }
  const rest = [...data, ...new Array<number>(count).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const factor = rest[i]!;
    if (factor) generator.forEach((c, j) => (rest[i + j]! ^= times(c, factor)));
  }
  return rest.slice(data.length);
}

function blockSizes(version: number): { ec: number; sizes: number[] } {
  const [ec, ...pairs] = BLOCKS[version - 1]!;
  const sizes: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) for (let n = 0; n < pairs[i]!; n++) sizes.push(pairs[i + 1]!);
  return { ec: ec!, sizes };
}

/** All words in the order in which they are drawn. */
function words(bytes: Uint8Array, version: number): number[] {
  const { ec, sizes } = blockSizes(version);
  const capacity = sizes.reduce((a, b) => a + b, 0);
  const bits: number[] = [];
  const push = (value: number, length: number): void => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  for (let pad = 0; bits.length < capacity * 8; pad++) push(pad % 2 ? 0x11 : 0xec, 8);
  const data = Array.from({ length: capacity }, (_, i) =>
    bits.slice(i * 8, i * 8 + 8).reduce((word, bit) => word * 2 + bit, 0),
  );
  let from = 0;
  const blocks = sizes.map((size) => data.slice(from, (from += size)));
  const corrections = blocks.map((block) => correction(block, ec));
  const longest = Math.max(...sizes);
  const woven = (parts: number[][], length: number): number[] =>
    Array.from({ length }, (_, i) => parts.flatMap((part) => (i < part.length ? [part[i]!] : []))).flat();
  return [...woven(blocks, longest), ...woven(corrections, ec)];
}

type Grid = (boolean | null)[][];

/** The value followed by its remainder, as format and version are protected. */
function protectedBits(value: number, polynomial: number, length: number): number {
  let rest = value << length;
  const top = 31 - Math.clz32(polynomial);
  for (let i = 31 - Math.clz32(rest || 1); i >= top; i = 31 - Math.clz32(rest || 1))
    rest ^= polynomial << (i - top);
  return (value << length) | rest;
}

/** Finders, timing, alignment and version; cells for the format are kept, cells for data stay null. */
function frame(version: number): Grid {
  const size = version * 4 + 17;
  const grid: Grid = Array.from({ length: size }, () => new Array<boolean | null>(size).fill(null));
  const ring = (cy: number, cx: number, reach: number, dark: (distance: number) => boolean): void => {
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++)
        if (grid[cy + y] && cx + x >= 0 && cx + x < size)
          grid[cy + y]![cx + x] = dark(Math.max(Math.abs(x), Math.abs(y)));
  };
  for (const [y, x] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    ring(y, x, 4, (d) => d !== 2 && d !== 4);
  for (let i = 8; i < size - 8; i++) grid[6]![i] = grid[i]![6] = i % 2 === 0;
  if (version > 1) {
    const last = size - 7;
    const centres = version < 7 ? [6, last] : [6, (6 + last) / 2, last];
    for (const y of centres)
      for (const x of centres) {
        // Three corners belong to the finders.
        const corner = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
        if (!corner) ring(y, x, 2, (d) => d !== 1);
      }
  }
  for (let i = 0; i < 9; i++) {
    grid[8]![i] ??= false;
    grid[i]![8] ??= false;
    if (i < 8) {
      grid[8]![size - 1 - i] ??= false;
      grid[size - 1 - i]![8] ??= false;
    }
  }
  if (version >= 7) {
    const bits = protectedBits(version, 0x1f25, 12);
    for (let i = 0; i < 18; i++) {
      const [a, b] = [Math.floor(i / 3), size - 11 + (i % 3)];
      grid[a]![b] = grid[b]![a] = ((bits >> i) & 1) === 1;
    }
  }
  return grid;
}

const MASKS: readonly ((y: number, x: number) => boolean)[] = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (_, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

function drawn(version: number, all: readonly number[], mask: number): boolean[][] {
  const grid = frame(version);
  const size = grid.length;
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (grid[y]![x] !== null) continue;
        const dark = ((all[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        grid[y]![x] = (dark === 1) !== MASKS[mask]!(y, x);
        bit++;
      }
    }
  }
  // Level M is 00.
  const format = protectedBits(mask, 0x537, 10) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = ((format >> i) & 1) === 1;
    grid[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i]![8] = dark;
    grid[8]![i < 8 ? size - 1 - i : i === 8 ? 7 : 14 - i] = dark;
  }
  grid[size - 8]![8] = true;
  return grid as boolean[][];
}

/** How hard a drawing is to read; the mask with the least wins. */
function penalty(grid: readonly (readonly boolean[])[]): number {
  const size = grid.length;
  const rows = grid.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''));
  const columns = grid.map((_, x) => grid.map((row) => (row[x] ? '1' : '0')).join(''));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const like of [/(?=10111010000)/g, /(?=00001011101)/g]) sum += 40 * (line.match(like)?.length ?? 0);
  }
  for (let y = 1; y < size; y++)
    for (let x = 1; x < size; x++) {
      const dark = grid[y]![x];
      if (grid[y - 1]![x] === dark && grid[y]![x - 1] === dark && grid[y - 1]![x - 1] === dark) sum += 3;
    }
  const share = rows.join('').replaceAll('0', '').length / (size * size);
  return sum + 10 * Math.floor(Math.abs(share * 100 - 50) / 5);
}

/** Rows of dark (true) and light cells without the quiet zone; null for a text that does not fit. */
export function qrCells(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, i) => {
    const room = blockSizes(i + 1).sizes.reduce((a, b) => a + b, 0) - (i < 9 ? 2 : 3);
    return bytes.length <= room;
  });
  if (version < 0) return null;
  const all = words(bytes, version + 1);
  const candidates = MASKS.map((_, mask) => drawn(version + 1, all, mask));
  const marks = candidates.map(penalty);
  return candidates[marks.indexOf(Math.min(...marks))]!;
}
