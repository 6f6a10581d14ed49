import { spawn } from 'node:child_process';

/** The environment for programs that we start: what is secret is none of their business. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { KEYWARD_TOKEN: _, ...env } = process.env;
  return env;
}

/** Opens a page of the server in a browser where there is one that the person can see. Returns whether that was tried. */
export function openBrowser(address: string, server: string): boolean {
  const [url, own] = [new URL(address), new URL(server)];
  // Whatever the server says: no other site, and no other scheme (a blob has the origin of its site), is opened.
  if (url.origin !== own.origin || url.protocol !== own.protocol || !hasScreen(process.env)) return false;
  const [program, ...args] = opener(process.env);
  if (program === undefined) return false;
  const child = spawn(program, [...args, url.href], {
    stdio: 'ignore',
    detached: true,
    env: childEnvironment(),
  });
  child.on('error', () => {});
  child.unref();
  return true;
}

function hasScreen(env: NodeJS.ProcessEnv): boolean {
  if (env['SSH_CONNECTION'] || env['SSH_TTY'] || env['CI']) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

function opener(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'darwin') return ['open'];
  // Not `start`, which is the shell's and reads what an address holds.
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return [env['BROWSER']?.split(':')[0] || 'xdg-open'];
}
