import {
  packageName,
  registryPath,
  registryTarballPath,
  tarballPath,
  toCliVersionView,
  writePackument,
} from '#server/doors/downloads/publish-package.ts';
import type { Bundle } from '#server/doors/downloads/read-bundle.ts';
import { writeInstaller } from '#server/doors/downloads/write-installer.ts';
import { baseUrl } from '#server/doors/http/base-url.ts';
import type { Door, Exchange } from '#server/doors/http/exchange.ts';
import { etagOf, forGood, sendFile } from '#server/doors/pages/send-file.ts';
import { AppError } from '#server/errors.ts';

interface Handout {
  type: string;
  /** `base`: gives the address of this server, and refuses a request that has none. */
  body: (bundle: Bundle, base: () => string) => Buffer | string;
  caching?: string;
}

/** Shown by browsers, so that people can read it first. */
const script = 'text/plain; charset=utf-8';
const json = 'application/json';
const abbreviated = 'application/vnd.npm.install-v1+json';

const tarball: Handout = { type: 'application/gzip', body: (bundle) => bundle.tarball.body };

const handouts: Record<string, Handout> = {
  '/cli/version': { type: json, body: (bundle) => JSON.stringify(toCliVersionView(bundle)) },
  '/cli/keyward.tgz': tarball,
  // No browser has to run it: the scripts of this origin are those of its pages, and no others.
  '/cli/keyward.mjs': { type: script, body: ({ program }) => program.body },
  '/cli/keyward.mjs.sha256': { type: script, body: ({ program }) => `${program.sha256}  keyward.mjs\n` },
  '/cli/install.sh': { type: script, body: (bundle, base) => writeInstaller('install.sh', bundle, base()) },
  '/cli/install.ps1': { type: script, body: (bundle, base) => writeInstaller('install.ps1', bundle, base()) },
};

/** Hands out the command line: its files and installers below `/cli/`, and to npm below `/npm/`, as a registry would. */
export function createHandoutDoor(bundle: Bundle | undefined): Door {
  return (exchange) => {
    const { req, res, facts, path } = exchange;
    facts.endpoint = path.startsWith(registryPath) ? 'GET /npm/' : 'GET /cli/';
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD');
      throw new AppError('method_not_allowed', 'This address takes GET only.');
    }
    if (!bundle) {
      throw new AppError(
        'not_found',
        'This server was started without its command line. Run "npm run build", then start it again.',
      );
    }
    send(exchange, bundle, findHandout(exchange, bundle));
  };
}

function findHandout(exchange: Exchange, bundle: Bundle): Handout {
  const { path } = exchange;
  if ([tarballPath(bundle), registryTarballPath(bundle)].includes(path))
    return { ...tarball, caching: forGood };
  if (path.startsWith(registryPath)) return findPackage(exchange);
  const handout = Object.hasOwn(handouts, path) ? handouts[path] : undefined;
  if (!handout)
    throw new AppError('not_found', `This server hands out ${tarballPath(bundle)} and no other version.`);
  return handout;
}

/** npm writes the slash in a name as `%2f`. */
function findPackage({ req, res, path }: Exchange): Handout {
  const name = path.slice(registryPath.length).replace(/%40/i, '@').replace(/%2f/i, '/');
  if (name !== packageName) throw new AppError('not_found', `The one package here is ${packageName}.`);
  res.setHeader('Vary', 'Accept');
  return {
    type: (req.headers.accept ?? '').includes(abbreviated) ? abbreviated : json,
    body: (bundle, base) => JSON.stringify(writePackument(bundle, base())),
  };
}

function send(exchange: Exchange, bundle: Bundle, { type, body, caching }: Handout): void {
  const { req, runtime } = exchange;
  const written = body(bundle, () => baseUrl(req, runtime.config));
  const bytes = typeof written === 'string' ? Buffer.from(written) : written;
  sendFile(exchange, { body: bytes, type, etag: etagOf(bytes) }, caching === undefined ? {} : { caching });
}
