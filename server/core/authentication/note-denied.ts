import type { AnyoneCtx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';
import type { AppError, ErrorCode } from '#server/errors.ts';

const denials: readonly ErrorCode[] = ['permission_denied', 'resource_denied', 'session_required'];

/** What is in the log already: the guard notes a denial where it makes it, and a door what comes from deeper. */
const noted = new WeakSet<AppError>();

/** Puts into the audit log, once, that a known caller was denied something, and what that asks for. */
export function noteDenied(ctx: AnyoneCtx, refusal: AppError, asked: Record<string, unknown>): void {
  const { code } = refusal;
  if (!ctx.principal || !denials.includes(code) || noted.has(refusal)) return;
  noted.add(refusal);
  const row = auditRow(ctx, { action: 'access.denied', outcome: 'denied', code, detail: asked });
  ctx.runtime.auditQueue.addRefusal(row);
}
