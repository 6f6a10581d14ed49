import type { AnyoneCtx } from '#server/core/access/context.ts';
import { safeNext } from '#server/core/access/schema.ts';
import { requirePermission, requireSignedIn } from '#server/core/authentication/require-permission.ts';
import { openCtx, refuse, type Door, type Exchange } from '#server/doors/http/exchange.ts';
import { acceptsHtml } from '#server/doors/http/request.ts';
import type { StaticExport } from '#server/doors/pages/export.ts';
import { movedTo, pageAccess, type PageAccess } from '#server/doors/pages/site.ts';
import { AppError } from '#server/errors.ts';
import { isSetupOpen } from '#server/people/first-admin/commands.ts';

/** What a refusal looks like to a person, where there is a page for it. */
const refusalPages: Record<string, string | undefined> = { not_found: '404', permission_denied: 'forbidden' };

/** The door of people: pages for whoever may see them, and the files that pages load for everyone. */
export function createPagesDoor(site: StaticExport): Door {
  return async (exchange) => {
    try {
      await answerPage(exchange, site);
    } catch (error) {
      refusePage(exchange, site, error);
    }
  };
}

async function answerPage(exchange: Exchange, site: StaticExport): Promise<void> {
  const { req, res, query } = exchange;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed', 'Pages take GET only.');
  }
  const path = exchange.path.replace(/(?<=.)\/$/, '');
  const access = pageAccess(path);
  const moved = movedTo(path);
  if (moved) return redirect(exchange, moved);
  if (!access && site.sendFile(exchange)) return;
  if (!access) throw noPage();

  exchange.facts.endpoint = 'GET a page';
  const ctx = await openCtx(exchange);
  const { principal } = ctx;
  // Nobody could get past the page for signing in.
  if (path === '/login' && (await isSetupOpen(exchange.runtime))) return redirect(exchange, '/setup');
  if (path === '/') return redirect(exchange, principal ? '/dashboard' : '/login');
  if (path === '/login' && principal && !query.has('again'))
    return redirect(exchange, safeNext(query.get('next')));
  if (!principal && needsSignIn(access) && acceptsHtml(req)) {
    return redirect(exchange, `/login?next=${encodeURIComponent(req.url ?? path)}`);
  }
  await assertMaySee(ctx, access);
  // What a page of admins is made of lies below its address, and is seen by nobody else.
  if (!site.sendPage(exchange, pageOf(exchange, path), 200) && !site.sendFile(exchange)) throw noPage();
}

function pageOf({ runtime }: Exchange, path: string): string {
  return path === '/login' && !runtime.config.ways.password ? 'passwordless' : path.slice(1);
}

/** Throws `unauthenticated`, `permission_denied`, and `not_found` for `/setup` once there is a user. */
async function assertMaySee(ctx: AnyoneCtx, access: PageAccess): Promise<void> {
  if (access === 'setup' && !(await isSetupOpen(ctx.runtime))) throw noPage();
  if (!needsSignIn(access)) return;
  if (access === 'signed-in') requireSignedIn(ctx);
  else requirePermission(ctx, access);
}

function refusePage(exchange: Exchange, site: StaticExport, error: unknown): void {
  const refusal = error instanceof AppError && acceptsHtml(exchange.req) ? error : undefined;
  const page = refusal && refusalPage(exchange, refusal);
  if (!page || !site.sendPage(exchange, page, refusal.status)) return refuse(exchange, error);
  exchange.runtime.metrics?.refused(refusal.code);
}

function refusalPage({ path }: Exchange, { code }: AppError): string | undefined {
  return code === 'not_found' && pageAccess(path) === 'setup' ? 'already' : refusalPages[code];
}

function redirect({ res }: Exchange, location: string): void {
  res.writeHead(302, { Location: location }).end();
}

function needsSignIn(access: PageAccess): access is Exclude<PageAccess, 'anyone' | 'setup'> {
  return access !== 'anyone' && access !== 'setup';
}

function noPage(): AppError {
  return new AppError('not_found', 'There is no page at this address.');
}
