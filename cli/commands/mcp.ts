import type { Command } from 'commander';
import { addMcpAdd } from '#cli/commands/mcp-add.ts';
import { addMcpServer } from '#cli/commands/mcp-server.ts';
import { addMcpTool } from '#cli/commands/mcp-tool.ts';

export function addMcp(program: Command): void {
  const mcp = program.command('mcp').description('Tool servers (MCP), and the tools that you reach');
  addMcpAdd(mcp);
  addMcpServer(mcp);
  addMcpTool(mcp);
}
