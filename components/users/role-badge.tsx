import { Eye, type LucideIcon, ShieldCheck, User, Users } from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import type { Role } from '#server/core/access/schema.ts';

export const roleWords: Record<Role, string> = {
  viewer: 'Viewer',
  member: 'Member',
  manager: 'Manager',
  admin: 'Admin',
};

const marks: Record<Role, { variant: BadgeVariant; icon: LucideIcon }> = {
  viewer: { variant: 'idle', icon: Eye },
  member: { variant: 'sky', icon: User },
  manager: { variant: 'plum', icon: Users },
  admin: { variant: 'strong', icon: ShieldCheck },
};

export function RoleBadge({ role }: { role: Role }) {
  return <Badge {...marks[role]}>{roleWords[role]}</Badge>;
}
