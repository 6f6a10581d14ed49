import type { Command } from 'commander';
import { addMcpServer } from '#cli/commands/mcp-server.ts';
import { addMcpTool } from '#cli/commands/mcp-tool.ts';

export function addMcp(program: Command): void {
  const mcp = program.command('mcp').description('Tool servers (MCP), and the tools that you reach');
  addMcpServer(mcp);
  addMcpTool(mcp);
}
