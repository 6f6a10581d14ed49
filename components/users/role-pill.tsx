import { Eye, type LucideIcon, ShieldCheck, User, Users } from 'lucide-react';
import { Pill, type Tone } from '#components/ui/pill.tsx';
import type { Role } from '#server/core/access/schema.ts';

export const roleWords: Record<Role, string> = {
  viewer: 'Viewer',
  member: 'Member',
  manager: 'Manager',
  admin: 'Admin',
};

const marks: Record<Role, { tone: Tone; icon: LucideIcon }> = {
  viewer: { tone: 'idle', icon: Eye },
  member: { tone: 'sky', icon: User },
  manager: { tone: 'plum', icon: Users },
  admin: { tone: 'strong', icon: ShieldCheck },
};

export function RolePill({ role }: { role: Role }) {
  return <Pill {...marks[role]}>{roleWords[role]}</Pill>;
}
