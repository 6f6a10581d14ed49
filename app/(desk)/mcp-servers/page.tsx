import type { Metadata } from 'next';
import { McpServersPage } from '#components/mcp-servers/mcp-servers-page.tsx';

export const metadata: Metadata = { title: 'MCP servers' };

export default function Page() {
  return <McpServersPage />;
}
