import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const WORTH_IT = /\.(html|js|css|svg|txt|json|webmanifest)$/;
const SMALLEST = 1_024;

/** Puts a `.br` and a `.gz` beside every file of an export that is text, so that the server need not compress. */
export async function compressAll(/** @type {string} */ folder) {
  const files = await readdir(folder, { recursive: true });
  await Promise.all(
    files.filter((file) => WORTH_IT.test(file)).map((file) => compress(path.join(folder, file))),
  );
}

async function compress(/** @type {string} */ file) {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST) return;
  await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes));
  await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}
