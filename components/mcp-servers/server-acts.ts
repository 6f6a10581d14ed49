import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';

/** What opens a dialog first. */
export type ServerQuestion = 'edit' | 'trust' | 'remove';

export interface ServerActs {
  onOpen: (server: ServerView) => void;
  onAsk: (question: ServerQuestion, server: ServerView) => void;
  onTest: (server: ServerView) => void;
  onSwitch: (server: ServerView) => void;
  onDistrust: (server: ServerView) => void;
}

interface Identified {
  id: string;
}

/** Of what opens a card and of its menu, which the focus returns to. */
export const titleId = ({ id }: Identified) => `server-${id}`;
export const menuId = ({ id }: Identified) => `server-menu-${id}`;
export const addButtonId = 'add-server';

/** Of every dialog about one server. */
export interface ServerDialogProps {
  server: ServerView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}
