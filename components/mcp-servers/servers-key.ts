/** Every query about tool servers starts with this key. */
export const serversKey = ['mcp-servers'] as const;
