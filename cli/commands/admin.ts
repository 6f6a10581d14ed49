import type { Command } from 'commander';
import { addAdminAudit } from './admin-audit.ts';
import { addAdminLink } from './admin-link.ts';
import { addAdminToken } from './admin-token.ts';
import { addAdminUser } from './admin-user.ts';

export function addAdmin(program: Command): void {
  const admin = program
    .command('admin')
    .description('For admins: people, open links, everyone’s tokens, the audit log');
  addAdminUser(admin);
  addAdminLink(admin);
  addAdminToken(admin);
  addAdminAudit(admin);
}
