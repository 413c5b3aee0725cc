/** The longest way to each step, from those that wait for nothing: a column each. */
export function levelsOf(
  steps: readonly { id: string; depends_on: readonly string[] }[],
): string[][] {
  const by = new Map(steps.map((s) => [s.id, s]));
  const known = new Map<string, number>();
  const levelOf = (id: string, way: readonly string[]): number => {
    const found = known.get(id);
    if (found !== undefined) return found;
    if (way.includes(id)) return 0;
    const before = (by.get(id)?.depends_on ?? []).filter((d) => by.has(d));
    const level =
      before.length === 0 ? 0 : 1 + Math.max(...before.map((d) => levelOf(d, [...way, id])));
    known.set(id, level);
    return level;
  };
  const levels: string[][] = [];
  for (const { id } of steps) (levels[levelOf(id, [])] ??= []).push(id);
  return levels.map((level) => level ?? []);
}
