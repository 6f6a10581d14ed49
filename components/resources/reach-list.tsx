import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import type { Resources } from '#server/core/access/schema.ts';
import { resourceOrder, typeWords } from './resource-words.ts';

/** What a credential may reach, in full. */
export function ReachList({ resources }: { resources: Resources }) {
  return (
    <PanelSection title="May reach">
      <DescriptionList>
        {resourceOrder.map((type) => (
          <DescriptionItem key={type} name={typeWords[type].title}>
            <Ids ids={resources[type]} one={typeWords[type].one} />
          </DescriptionItem>
        ))}
      </DescriptionList>
    </PanelSection>
  );
}

function Ids({ ids, one }: { ids: '*' | string[]; one: string }) {
  if (ids === '*') return `Every ${one}`;
  if (ids.length === 0) return <span className="text-faint">None</span>;
  return (
    <ul className="grid gap-0.5 font-mono text-xs">
      {ids.map((id) => (
        <li key={id} className="break-all">
          {id}
        </li>
      ))}
    </ul>
  );
}
