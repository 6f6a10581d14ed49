'use client';
import { useQuery } from '@tanstack/react-query';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import type { Resources, ResourceType } from '#server/core/access/schema.ts';
import { toolLabel } from './known-tools.ts';
import { resourceOrder, typeWords } from './resource-words.ts';
import { toolsQuery } from './tools-query.ts';

/** What a credential may reach, in full. */
export function ReachList({ resources }: { resources: Resources }) {
  return (
    <PanelSection title="May reach">
      <DescriptionList>
        {resourceOrder.map((type) => (
          <DescriptionItem key={type} name={typeWords[type].title}>
            <Ids type={type} ids={resources[type]} />
          </DescriptionItem>
        ))}
      </DescriptionList>
    </PanelSection>
  );
}

function Ids({ type, ids }: { type: ResourceType; ids: '*' | string[] }) {
  const isOfTools = type === 'mcp_tool' && ids !== '*' && ids.length > 0;
  const { data: tools = [] } = useQuery({ ...toolsQuery, enabled: isOfTools });
  if (ids === '*') return `Every ${typeWords[type].one}`;
  if (ids.length === 0) return <span className="text-faint">None</span>;
  return (
    <ul className="grid gap-0.5 font-mono text-xs">
      {ids.map((id) => (
        <li key={id} title={id} className="break-all">
          {isOfTools ? toolLabel(id, tools) : id}
        </li>
      ))}
    </ul>
  );
}
