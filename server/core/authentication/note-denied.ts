import type { AnyoneCtx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';
import type { AppError, ErrorCode } from '#server/errors.ts';

const denials: readonly ErrorCode[] = ['permission_denied', 'session_required'];

/** Puts into the audit log that somebody known was denied something, and which permission it asks for. */
export function noteDenied(ctx: AnyoneCtx, { code }: AppError, asked: { permission: string }): void {
  if (!ctx.principal || !denials.includes(code)) return;
  const row = auditRow(ctx, { action: 'access.denied', outcome: 'denied', code, detail: asked });
  ctx.runtime.auditQueue.addRefusal(row);
}
