import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { findNode, root, runQuietly, say } from './workplace.mjs';

/** The headless shell takes two thirds of the time that the whole browser does, and draws the same. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The program of a Chromium: the one named by `$CHROMIUM`, the system's, Playwright's own, or one installed now. */
export async function findBrowser(): Promise<string> {
  return process.env['CHROMIUM'] ?? installedBrowser() ?? (await installBrowser());
}

const installedBrowser = () =>
  [...SYSTEM_BROWSERS, chromium.executablePath()].find((file) => existsSync(file));

async function installBrowser(): Promise<string> {
  const isDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  await (isDebian ? installDebianChromium() : installPlaywrightChromium());
  const browser = installedBrowser();
  if (!browser) throw new Error('There is no Chromium. Install one and set CHROMIUM to its path.');
  return browser;
}

async function installDebianChromium(): Promise<void> {
  say('Installing Chromium with apt-get, for the tests in a browser …');
  await runQuietly('apt-get', ['update']);
  // Older releases have no package of the shell alone.
  await installPackage('chromium-headless-shell').catch(() => installPackage('chromium'));
}

function installPackage(name: string): Promise<void> {
  const flags = ['install', '--yes', '--no-install-recommends'];
  return runQuietly('apt-get', [...flags, name], { DEBIAN_FRONTEND: 'noninteractive' });
}

async function installPlaywrightChromium(): Promise<void> {
  say('Downloading Chromium, for the tests in a browser …');
  await runQuietly(findNode(), [
    path.join(root, 'node_modules/@playwright/test/cli.js'),
    'install',
    'chromium',
  ]);
}
