import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { compressPackage, packFiles } from './tarball.mjs';
import { alone, readText, root, say } from './workplace.mjs';

const INPUTS = [
  'cli',
  'server',
  'package.json',
  'package-lock.json',
  'scripts/build-cli.mjs',
  'scripts/tarball.mjs',
];
/** The program and, for programs that embed an agent, the library. */
const ENTRIES = { keyward: 'cli/keyward.ts', agent: 'cli/agent/library.ts' };
const TYPES = 'cli/agent/published.d.ts';
/** Stands for the version until all else is known, from which the version is made (docs/decisions/0029). */
const NO_VERSION = '0.0.0-unknown';
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const out = path.join(root, 'out-cli');
const stamp = (/** @type {string} */ folder) => path.join(folder, '.inputs');

/** Builds the command line into out-cli/ where its sources have changed since. */
export async function ensureCliBuilt() {
  if (!existsSync(path.join(root, ENTRIES.keyward)) || isBuilt()) return;
  await alone('build-cli', async () => {
    if (isBuilt()) return;
    say('Building the command line …');
    const inputs = fingerprint(INPUTS);
    const draft = path.join(root, '.next', 'out-cli');
    await buildCli(draft);
    writeFileSync(stamp(draft), inputs);
    rmSync(out, { recursive: true, force: true });
    renameSync(draft, out);
  });
}

const isBuilt = () => readText(stamp(out)) === fingerprint(INPUTS);

/**
 * Makes what the server hands out: the program as one file, the npm package of it, and what is to be known of both.
 *
 * @param {string} folder
 */
export async function buildCli(folder) {
  const { program, library, packages } = await bundle();
  const files = [
    { name: 'package.json', body: `${JSON.stringify(manifest(), null, 2)}\n` },
    { name: 'keyward.mjs', body: program, isProgram: true },
    { name: 'agent.mjs', body: library },
    { name: 'agent.d.mts', body: readText(path.join(root, TYPES)) },
    { name: 'README.md', body: readText(path.join(root, 'cli', 'README.md')) },
    { name: 'THIRD-PARTY.md', body: licences(packages) },
  ];
  const content = createHash('sha256').update(packFiles(files)).digest('hex').slice(0, 8);
  const version = `${readPackage(root).version}-c${content}`;
  const versioned = files.map((file) => ({ ...file, body: file.body.replaceAll(NO_VERSION, version) }));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, body } of versioned) writeFileSync(path.join(folder, name), body);
  writeFileSync(path.join(folder, 'keyward.tgz'), compressPackage(packFiles(versioned)));
}

/** One file each, for Node 20 and later. */
async function bundle() {
  // Not at the top: this file is loaded before there are packages.
  const { build, stop } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.md': 'text' },
    // `ws` is CommonJS, and looks for native helpers beside itself unless it is not to.
    banner: { js: REQUIRE },
    define: {
      'process.env.KEYWARD_CLI_VERSION': JSON.stringify(NO_VERSION),
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    logLevel: 'silent',
  });
  // Its service would stay for as long as we do, and what we start is a server.
  await stop();
  const textOf = (/** @type {string} */ name) =>
    outputFiles.find((file) => path.basename(file.path) === name)?.text ?? '';
  const packages = packagesIn(Object.keys(metafile.inputs));
  return { program: textOf('keyward.mjs'), library: textOf('agent.mjs'), packages };
}

function manifest() {
  return {
    name: '@keyward/cli',
    version: NO_VERSION,
    description: 'The command line of Keyward',
    license: readPackage(root).license,
    type: 'module',
    bin: { keyward: 'keyward.mjs' },
    exports: { './agent': { types: './agent.d.mts', default: './agent.mjs' } },
    engines: { node: '>=20' },
  };
}

/** The folders of the packages that these files are from. @param {string[]} files */
function packagesIn(files) {
  const folders = files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const found = [...new Set(folders.filter((folder) => folder !== undefined))];
  return found.sort();
}

/** What the licences of bundled packages ask for: that they come along. @param {string[]} folders */
function licences(folders) {
  const texts = folders.map((folder) => {
    const full = path.join(root, folder);
    const { name, version, license } = readPackage(full);
    const file = readdirSync(full).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(path.join(full, file), 'utf8').trim() : license;
    return `## ${name} ${version}\n\n${text}\n`;
  });
  return `# What this package contains of others\n\n${texts.join('\n')}`;
}

/** @param {string} folder */
function readPackage(folder) {
  const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  return /** @type {{ name: string, version: string, license: string }} */ (JSON.parse(text));
}
