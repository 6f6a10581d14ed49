import { gzipSync } from 'node:zlib';

/** @typedef {{ name: string, body: string, isProgram?: boolean }} PackedFile */

/** The moment that npm gives the files of its own tarballs: a time of ours would make every build another file. */
const MODIFIED = Date.UTC(1985, 9, 26, 8, 15) / 1_000;
const BLOCK = 512;
const UNKNOWN_SYSTEM = 255;

/**
 * The files of an npm package as a tar archive: the same files make the same bytes, wherever and whenever.
 *
 * @param {PackedFile[]} files
 */
export function packFiles(files) {
  const blocks = files.flatMap((file) => {
    const body = Buffer.from(file.body);
    return [header(file, body.length), body, Buffer.alloc(-body.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** @param {Buffer} archive */
export function compressPackage(archive) {
  const packed = gzipSync(archive, { level: 9 });
  // gzip notes the operating system it ran on.
  packed[9] = UNKNOWN_SYSTEM;
  return packed;
}

/** The header of a file in the form "ustar" of POSIX. @param {PackedFile} file @param {number} size */
function header({ name, isProgram }, size) {
  const block = Buffer.alloc(BLOCK);
  const octal = (/** @type {number} */ value, /** @type {number} */ digits) =>
    value.toString(8).padStart(digits, '0');
  block.write(`package/${name}`, 0, 100);
  block.write(octal(isProgram ? 0o755 : 0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(MODIFIED, 11), 136);
  block.write('        0', 148);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}
