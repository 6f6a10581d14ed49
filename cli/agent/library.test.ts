import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { bareEnvironment } from '#server/testing/bare-environment.ts';
import { builtCli } from '#server/testing/built-cli.ts';
import { openScriptedChannel } from '#server/testing/scripted-channel.ts';
import { readStateFile, writeState } from './state-file.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** A folder of somebody's program in which the package is installed as npm unpacks it. */
async function openProject() {
  await using cli = await builtCli();
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-library-'));
  const installed = path.join(folder, 'node_modules', '@keyward', 'cli');
  mkdirSync(installed, { recursive: true });
  const unpacked = spawnSync('tar', [
    '-xzf',
    path.join(cli.folder, 'keyward.tgz'),
    '-C',
    installed,
    '--strip-components=1',
  ]);
  assert.equal(unpacked.status, 0, String(unpacked.stderr));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

const PROGRAM = `import { AgentError, readStateFile, runAgent, type AgentEvent, type RunningAgent } from '@keyward/cli/agent';

const stateFile: string = process.argv[2] ?? '';
const agent: RunningAgent = await runAgent({
  stateFile,
  version: 'worker 7',
  onEvent(event: AgentEvent) {
    if (event.event === 'connected') console.log('connected', event.epoch);
    if (event.event === 'rotated') {
      console.log('rotated', event.epoch, agent.token() === readStateFile(stateFile).current.token);
      void agent.stop();
    }
  },
});
await agent.ended;
try {
  readStateFile('/nowhere/agent.json');
} catch (error) {
  if (error instanceof AgentError) console.log(error.outcome);
}
`;

const settings = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules', '@types')],
  },
  files: ['worker.mts'],
};

test('a program embeds an agent by the package that the server hands out, with its types', async () => {
  using project = await openProject();
  await using channel = await openScriptedChannel();
  const stateFile = path.join(project.folder, 'agent.json');
  const { origin: server, agentId, first: current } = channel;
  writeState(stateFile, { version: 1, server, agentId, current, next: null });
  writeFileSync(path.join(project.folder, 'worker.mts'), PROGRAM);
  writeFileSync(path.join(project.folder, 'tsconfig.json'), JSON.stringify(settings));
  const checked = spawnSync(path.join(root, 'node_modules', '.bin', 'tsc'), ['-p', project.folder], {
    encoding: 'utf8',
  });
  assert.equal(checked.status, 0, checked.stdout);
  const child = spawn(process.execPath, ['worker.mts', stateFile], {
    cwd: project.folder,
    env: bareEnvironment(),
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (/^connected \d+\n$/.test(said)) channel.rotate();
  });
  assert.equal(await text(child.stderr), '');
  assert.equal(said, 'connected 1\nrotated 2 true\nusage\n');
  assert.equal(channel.hellos[0]?.version, 'worker 7');
  assert.equal(readStateFile(stateFile).current.epoch, 2);
});
