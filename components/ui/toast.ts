export interface ToastMessage {
  title: string;
  detail?: string;
  variant?: 'success' | 'error';
  /** What it is about, such as an id: a later toast about the same takes its place. */
  about?: string;
  /** What can still be done about it: "Undo". */
  act?: { label: string; onPress: () => void };
}

let waiting: readonly ToastMessage[] = [];
const listeners = new Set<() => void>();

function keep(messages: readonly ToastMessage[]) {
  waiting = messages;
  for (const listener of listeners) listener();
}

/** Says what happened, in a corner, for a few seconds. */
export function toast(message: ToastMessage) {
  keep([...waiting, message]);
}

export const waitingToasts = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  list: () => waiting,
  take() {
    const taken = waiting;
    if (taken.length > 0) keep([]);
    return taken;
  },
};
