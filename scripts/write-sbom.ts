import { type LockedPackage, type LockFile, nameOf, readLockFile, usedPackages } from './check-packages.ts';

/**
 * The bill of materials of what Keyward uses, as CycloneDX 1.6: the same for the same lock file. Not by `npm sbom --omit=dev`,
 * which leaves out whatever something for development needs too, zod among it.
 */
export function billOfMaterials(lock: LockFile) {
  const { name = '', version = '' } = lock.packages[''] ?? {};
  const components = usedPackages(lock).map(([folder, found]) => toComponent(nameOf(folder), found));
  const byRef = new Map(components.map((component) => [component['bom-ref'], component]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': `${name}@${version}`, name, version } },
    components: [...byRef.values()],
  };
}

function toComponent(name: string, { version = '', license = '', integrity = '', optional }: LockedPackage) {
  const isExpression = license.includes(' ');
  const [algorithm = '', hash = ''] = integrity.split('-', 2);
  return {
    type: 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    scope: optional ? 'optional' : 'required',
    hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(hash, 'base64').toString('hex') }],
    licenses: [isExpression ? { expression: license } : { license: { id: license } }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
}

if (import.meta.main)
  process.stdout.write(`${JSON.stringify(billOfMaterials(readLockFile()), undefined, 2)}\n`);
