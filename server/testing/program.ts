import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

/** A program of this machine, run for one test. */
export interface Program extends AsyncDisposable {
  child: ChildProcess;
  /** All that it printed so far. */
  printed(): string;
}

const folders = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** Where a program of this machine is. */
export function findProgram(name: string): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file));
}

/** The same for one that has to be there. */
export function programOf(name: string): string {
  const file = findProgram(name);
  if (!file) throw new Error(`There is no ${name} here. Install it first.`);
  return file;
}

/** For a test that needs one: why it is skipped, which `npm test` says at its start too; false where it is not. */
export function skipWithout(name: string): string | false {
  return !findProgram(name) && `there is no ${name} here`;
}

interface Start {
  port: number;
  home?: string;
  /** Whether it serves: some listen before they can. Left out: a port that is open is enough. */
  isServing?: (port: number) => Promise<boolean>;
  uid?: number;
  gid?: number;
}

/** Starts a program and waits until it serves on a port of this machine. It is stopped at the end of the scope. */
export async function startProgram(
  file: string,
  args: string[],
  { port, home = '/nonexistent', isServing = isListening, ...account }: Start,
): Promise<Program> {
  const child = spawn(file, args, {
    ...account,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'test', PATH: process.env['PATH'], HOME: home },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // A run that breaks off leaves none behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').finally(() => process.off('exit', kill));
  await Promise.race([
    untilServing(port, isServing),
    ended.then(() => Promise.reject(new Error(`${file} ended: ${text}`))),
  ]);
  return {
    child,
    printed: () => text,
    async [Symbol.asyncDispose]() {
      // One that is stopped (SIGSTOP) hears nothing else.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilServing(port: number, isServing: (port: number) => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await isServing(port)) return;
    await sleep(50);
  }
  throw new Error(`Nothing serves on port ${port}`);
}

const isListening = (port: number) => opens(connect(port, '127.0.0.1'), 'connect');

/** Whether a TLS handshake for a host comes to its end: a port may be open before there is a certificate. */
export const hasCertificate = (servername: string) => (port: number) =>
  opens(connectTls({ port, host: '127.0.0.1', servername, rejectUnauthorized: false }), 'secureConnect');

async function opens(socket: Socket, event: string): Promise<boolean> {
  const failed = Promise.race([once(socket, 'close'), once(socket, 'error')]);
  const isOpen = await Promise.race([once(socket, event).then(() => true), failed.then(() => false)]).catch(
    () => false,
  );
  socket.on('error', () => {}).destroy();
  return isOpen;
}

/** One that keeps nothing. */
export function startRedis(port: number) {
  const flags = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    '/tmp',
  ];
  return startProgram(programOf('redis-server'), flags, { port });
}
