import { readFileSync } from 'node:fs';
import { tarballPath } from '#server/doors/downloads/publish-package.ts';
import type { Bundle } from '#server/doors/downloads/read-bundle.ts';

const installers = {
  'install.sh': { text: readTemplate('install.sh'), quote: quoteForShell },
  'install.ps1': { text: readTemplate('install.ps1'), quote: quoteForPowerShell },
};

export type InstallerName = keyof typeof installers;

/** The script that installs `bundle` from the server at `base`; all that varies is quoted for its shell. */
export function writeInstaller(name: InstallerName, bundle: Bundle, base: string): string {
  const { text, quote } = installers[name];
  const values: Record<string, string> = {
    BASE: base,
    VERSION: bundle.manifest.version,
    TARBALL: base + tarballPath(bundle),
    SHA256: bundle.tarball.sha256,
  };
  return text.replace(/@([A-Z0-9]+)@/g, (mark, key: string) => {
    const value = values[key];
    return value === undefined ? mark : quote(value);
  });
}

/** POSIX: nothing means anything between single quotes but their end. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** PowerShell takes four other characters for single quotes too; each is one when it is doubled. */
export function quoteForPowerShell(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

function readTemplate(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
