// Writes compressed forms beside every text file over 1 kB: `node tools/compress.mjs FOLDER`.
// The server sends them as they are, so they are made as small as they get.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const TEXT = /\.(html|m?js|css|json|map|svg|txt|wasm|webmanifest|xml)$/;
const LARGE = 1_000_000;
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

async function one(file) {
  const content = await readFile(file);
  if (content.length <= 1000) return;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  // The last steps of quality cost ten times as long; for very large files that is too long.
  const params = {
    [BROTLI_PARAM_QUALITY]: content.length > LARGE ? 9 : 11,
    [BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const forms = { br: await brotli(content, { params }), gz: await gzip(content, { level: 9 }) };
  for (const [suffix, form] of Object.entries(forms)) {
    if (form.length < content.length) await writeFile(`${file}.${suffix}`, form);
  }
}

const folder = process.argv[2];
if (!folder) {
  console.error('which folder?');
  process.exit(2);
}
const found = await readdir(folder, { recursive: true, withFileTypes: true });
const files = found
  .filter((entry) => entry.isFile() && TEXT.test(entry.name))
  .map((entry) => path.join(entry.parentPath, entry.name));
const work = async () => {
  for (let file = files.pop(); file; file = files.pop()) await one(file);
};
await Promise.all([work(), work(), work(), work()]);
