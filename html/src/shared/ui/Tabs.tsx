import * as Radix from '@radix-ui/react-tabs';
import type { ReactNode } from 'react';

export interface Tab {
  id: string;
  name: string;
  content: ReactNode;
}

interface TabsProps {
  /** What the tabs are of. */
  name: string;
  tabs: Tab[];
  value: string;
  onChange: (id: string) => void;
}

/** Pages of one thing.  Arrow keys move between them; only the one that shows is drawn. */
export function Tabs({ name, tabs, value, onChange }: TabsProps) {
  const current = tabs.some((t) => t.id === value) ? value : tabs[0]?.id;
  return (
    <Radix.Root value={current} onValueChange={onChange} className="flex min-w-0 flex-col gap-4">
      <Radix.List
        aria-label={name}
        className="flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="
              -mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap
              text-muted -outline-offset-2 hover:text-ink data-[state=active]:border-accent
              data-[state=active]:text-ink
            "
          >
            {tab.name}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="min-w-0 rounded-lg outline-offset-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
