import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { Icon } from './Icon';

export interface Column<T> {
  name: string;
  cell: (row: T) => ReactNode;
  /** What rows are sorted by; without it they are not, by this column. */
  by?: (row: T) => number | string;
  look?: string;
}

interface DataTableProps<T> {
  /** What it is of, for those who cannot see where it stands. */
  name: string;
  /** What the rows are named by. */
  first: string;
  rows: readonly T[];
  keyOf: (row: T) => string;
  head: (row: T) => ReactNode;
  columns: readonly Column<T>[];
  /** How wide it is at least; on less it is moved sideways. */
  className?: string;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

/** Figures in rows, each with a name before it; a heading sorts by its column. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { name, first, rows, keyOf, head, columns, className = 'min-w-[42rem]' } = props;
  const defs = useMemo(
    () => [
      { id: first, accessorFn: keyOf },
      ...columns.map((c): ColumnDef<typeof features, T> => ({
        id: c.name,
        accessorFn: c.by ?? (() => ''),
        enableSorting: c.by !== undefined,
      })),
    ],
    /* what a row is called is a matter of the rows' kind, and that of the columns */
    [first, columns],
  );
  const table = useTable({ features, columns: defs, data: rows });
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={name}>
      <table className={`w-full text-right tabular-nums ${className}`}>
        <thead className="text-xs text-faint">
          <tr className="border-b border-line">
            {table.getFlatHeaders().map(({ column }, i) => (
              <Heading
                key={column.id}
                name={column.id}
                left={i === 0}
                sorted={column.getIsSorted()}
                onSort={column.getCanSort() ? () => column.toggleSorting() : null}
              />
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {table.getRowModel().rows.map(({ original: row }) => (
            <tr key={keyOf(row)}>
              <th scope="row" className="px-4 py-2 text-left font-normal">
                {head(row)}
              </th>
              {columns.map((c) => (
                <td key={c.name} className={`px-4 py-2 ${c.look ?? ''}`}>
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps {
  name: string;
  left: boolean;
  sorted: false | 'asc' | 'desc';
  onSort: (() => void) | null;
}

function Heading({ name, left, sorted, onSort }: HeadingProps) {
  const side = left ? 'text-left' : '';
  if (!onSort) {
    return (
      <th scope="col" className={`px-4 py-2 font-medium ${side}`}>
        {name}
      </th>
    );
  }
  const order = { asc: 'ascending', desc: 'descending' } as const;
  return (
    <th
      scope="col"
      aria-sort={sorted === false ? 'none' : order[sorted]}
      className={`px-2 py-1 font-medium ${side}`}
    >
      <button
        type="button"
        onClick={onSort}
        className={`
          inline-flex items-center gap-1 rounded px-2 py-1 hover:text-ink
          ${sorted === false ? '' : 'text-ink'}
        `}
      >
        {name}
        <Icon name={sorted === false ? 'sort' : sorted} className="size-3.5" />
      </button>
    </th>
  );
}
