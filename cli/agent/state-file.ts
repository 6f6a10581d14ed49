import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { configFolder } from '#cli/client/config.ts';
import { usage, type CliError } from '#cli/client/errors.ts';
import { readNamedFile } from '#cli/read-file.ts';
import { secretKind } from '#server/core/secrets/schema.ts';
import type { AgentSecret, AgentState, RotationFailure } from './published.d.ts';

/** A file could not be written; what it held before is there still. */
export class WriteError extends Error {
  readonly reason: RotationFailure;

  constructor(reason: RotationFailure, message: string) {
    super(message);
    this.name = 'WriteError';
    this.reason = reason;
  }
}

const failures: Record<string, RotationFailure> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EACCES: 'not_writable',
  EPERM: 'not_writable',
  EROFS: 'not_writable',
  EISDIR: 'not_writable',
  ENOENT: 'not_writable',
  ENOTDIR: 'not_writable',
  EEXIST: 'not_writable',
  ERR_FS_EISDIR: 'not_writable',
};

/** Where it is kept on a machine that is one agent. */
export function defaultStateFile(): string {
  return process.env['KEYWARD_STATE'] || path.join(configFolder(), 'agent.json');
}

/** Where a state file is kept: a link to one stays a link. */
export function resolveStateFile(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : path.resolve(file);
}

/** Takes the file from other users' eyes. Returns whether they could read it before. */
export function restrictMode(file: string): boolean {
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return false;
  chmodSync(file, 0o600);
  return true;
}

/** Throws `usage` where it is missing, broken or of another version, and never changes it. */
export function readStateFile(file: string): AgentState {
  if (!existsSync(file))
    throw usage(
      `There is no state file ${file}: this machine is no agent.`,
      'See: keyward agent enroll --help',
    );
  return parseState(readNamedFile(file, `The state file ${file}`), file);
}

export function parseState(text: string, file: string): AgentState {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw broken(file, 'it is not JSON');
  }
  if (!isRecord(found)) throw broken(file, 'it is not a JSON object');
  if (found['version'] !== 1) throw otherVersion(file, found['version']);
  const fault = faultOf(found);
  if (fault) throw broken(file, fault);
  return found as unknown as AgentState;
}

/** Puts a secret on the disk for good: beside the file, flushed, renamed, the folder flushed, read back. Throws a `WriteError`. */
export function writeState(file: string, state: AgentState): void {
  writeDurably(file, `${JSON.stringify(state, null, 2)}\n`);
}

/** The same for any text, for its owner's eyes only. Throws a `WriteError`. */
export function writeDurably(file: string, text: string): void {
  const draft = `${file}.tmp`;
  try {
    rmSync(draft, { force: true });
    writeFlushed(draft, text);
    renameSync(draft, file);
    flushFolder(path.dirname(file));
    if (readFileSync(file, 'utf8') === text) return;
  } catch (error) {
    removeQuietly(draft);
    throw toWriteError(file, error);
  }
  throw new WriteError('verify_failed', `${file} does not hold what was written to it.`);
}

function writeFlushed(draft: string, text: string): void {
  // `wx`: what another put there, a link say, is not followed.
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Without this a rename may be undone by a power cut. Windows flushes no folders. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removeQuietly(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // What is in its place is not ours.
  }
}

function toWriteError(file: string, error: unknown): WriteError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return new WriteError(failures[code] ?? 'other', `${file} cannot be written (${code}).`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fields = ['version', 'server', 'agentId', 'current', 'next'];

function faultOf(state: Record<string, unknown>): string | undefined {
  const unknown = Object.keys(state).find((name) => !fields.includes(name));
  // It would be lost with the next write.
  if (unknown !== undefined) return `it has an unknown field "${unknown}"`;
  const { server, agentId, current, next } = state;
  if (typeof server !== 'string' || !/^https?:\/\/[^\s?#]+$/.test(server)) return '"server" is no address';
  if (typeof agentId !== 'string' || !/^[\da-f-]{36}$/.test(agentId)) return '"agentId" is no id';
  if (!isSecret(current)) return '"current" is no secret of an agent';
  if (next !== null && !isSecret(next)) return '"next" is neither null nor a secret of an agent';
}

function isSecret(value: unknown): value is AgentSecret {
  if (!isRecord(value) || Object.keys(value).length !== 2) return false;
  const { epoch, token } = value;
  return (
    Number.isSafeInteger(epoch) &&
    Number(epoch) > 0 &&
    typeof token === 'string' &&
    secretKind(token) === 'agt'
  );
}

function broken(file: string, why: string): CliError {
  return usage(
    `The state file ${file} is damaged: ${why}. It was left as it is.`,
    'Restore it, or move it away and enroll again: keyward agent enroll <code>',
  );
}

function otherVersion(file: string, version: unknown): CliError {
  const named = typeof version === 'number' ? `version ${version}` : 'an unknown version';
  return usage(
    `The state file ${file} has ${named}, and this program knows version 1. It was left as it is.`,
    'Use the keyward that wrote it, or: keyward upgrade',
  );
}
