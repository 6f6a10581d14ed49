/** What else a page may be searched for by: what stands on it, and what it is called elsewhere. */
export const pageWords: Record<string, string> = {
  '/dashboard': 'dashboard start alerts attention',
  '/mcp-servers': 'tools gateway upstream',
  '/admin/keys': 'credentials services',
  '/admin/users': 'people persons roles',
  '/admin/links': 'pending resets',
  '/admin/audit': 'events history',
  '/admin/settings': 'token policy rotation rate limits retention expiry lifetime',
  '/admin/tenants': 'organisations',
  '/account': 'profile password sessions',
  '/install': 'cli terminal',
  '/docs/api': 'documentation reference openapi rest',
};
