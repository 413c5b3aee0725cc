import type { ReactNode } from 'react';

export interface Column<T> {
  name: string;
  cell: (row: T) => ReactNode;
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

/** Figures in rows, each with a name before it. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { name, first, rows, keyOf, head, columns, className = 'min-w-[42rem]' } = props;
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={name}>
      <table className={`w-full text-right tabular-nums ${className}`}>
        <thead className="text-xs text-faint">
          <tr className="border-b border-line">
            <th scope="col" className="px-4 py-2 text-left font-medium">
              {first}
            </th>
            {columns.map((c) => (
              <th key={c.name} scope="col" className="px-4 py-2 font-medium">
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
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
