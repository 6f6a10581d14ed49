interface Identified {
  id: string;
}

/** Of what opens a card and of its menu, which the focus returns to. */
export const titleId = ({ id }: Identified) => `agent-${id}`;
export const menuId = ({ id }: Identified) => `agent-menu-${id}`;
