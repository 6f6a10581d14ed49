import type { AuditRow } from '#server/core/audit/record.ts';
import type { Agent } from './agents.ts';
import { minuteMs } from './dice.ts';

/** What the audit log has of an agent. */
export function lifeOfAgent({
  credential,
  row,
  maker,
  owner,
  status,
  secrets,
  rotations,
}: Agent): AuditRow[] {
  const { id, name, permissions, resources, createdAt } = credential;
  const about = {
    tenantId: maker.tenantId,
    resourceType: 'agent',
    resourceId: id,
    resourceLabel: name,
    outcome: 'ok',
  } as const;
  const byMaker = {
    ...about,
    actorKind: 'user',
    actorId: maker.id,
    actorLabel: maker.email,
    address: '203.0.113.7',
  } as const;
  const byItself = {
    ...about,
    actorKind: 'agent',
    actorId: id,
    actorLabel: name,
    address: row.address ?? null,
  } as const;
  const made: AuditRow = {
    ...byMaker,
    time: createdAt,
    action: 'agent.create',
    detail: { permissions, resources, owner: owner.email },
  };
  const enrolled: AuditRow[] = secrets.slice(0, 1).map(({ epoch, prefix }) => ({
    ...byItself,
    time: new Date(createdAt.getTime() + 2 * minuteMs),
    action: 'agent.enroll',
    detail: { epoch, prefix, host: row.host, version: row.version },
  }));
  const rotated = rotations.flatMap(({ id: rotationId, epoch, promotedAt, endedAt, failure }): AuditRow[] => {
    const detail = { rotationId, epoch };
    if (promotedAt) return [{ ...byItself, time: promotedAt, action: 'rotation.promote', detail }];
    if (!endedAt) return [];
    return [
      {
        ...byItself,
        time: endedAt,
        action: 'rotation.fail',
        outcome: 'failed',
        detail: { ...detail, failure },
      },
    ];
  });
  const paused: AuditRow[] = row.pausedAt
    ? [{ ...byMaker, time: row.pausedAt, action: 'agent.pause', detail: { reason: row.pauseReason } }]
    : [];
  const disabled: AuditRow[] =
    status === 'disabled' && row.lastSeenAt
      ? [
          {
            ...byMaker,
            time: row.lastSeenAt,
            action: 'agent.update',
            detail: { changes: { enabled: { from: true, to: false } } },
          },
        ]
      : [];
  return [made, ...enrolled, ...rotated, ...paused, ...disabled];
}
