import { hash } from 'node:crypto';
import type { Bundle } from '#server/doors/downloads/read-bundle.ts';
import type { CliVersionView } from '#server/doors/downloads/schema.ts';

export const packageName = '@keyward/cli';

/** Where the registry is, below the address of the server. */
export const registryPath = '/npm/';

/** Where the tarball of this very version is, for people. */
export function tarballPath({ manifest }: Bundle): string {
  return `/cli/keyward-${manifest.version}.tgz`;
}

/** The same for npm, which from its version 12 on takes a tarball from nowhere but below the registry (`EALLOWREMOTE`). */
export function registryTarballPath({ manifest }: Bundle): string {
  return `${registryPath}${packageName}/-/cli-${manifest.version}.tgz`;
}

/**
 * What an npm registry says of a package: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md. With
 * one version, which serves as the full and as the abbreviated form.
 */
export function writePackument(bundle: Bundle, base: string): object {
  const { manifest, tarball } = bundle;
  const dist = {
    integrity: `sha512-${hash('sha512', tarball.body, 'base64')}`,
    shasum: hash('sha1', tarball.body),
    tarball: base + registryTarballPath(bundle),
  };
  return {
    name: packageName,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, _id: `${packageName}@${manifest.version}`, dist } },
  };
}

/** What there is to fetch, by which a program sees whether it is another one. */
export function toCliVersionView({ manifest, tarball, program }: Bundle): CliVersionView {
  return {
    version: manifest.version,
    sha256: tarball.sha256,
    size: tarball.body.length,
    file: { sha256: program.sha256, size: program.body.length },
  };
}
