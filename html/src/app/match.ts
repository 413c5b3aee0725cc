/** Those whose name has all words of the text; those that begin with it come first. */
export function matching<T extends { name: string; group: string }>(
  text: string,
  list: readonly T[],
): T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (item: T) => (item.name.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return list
    .filter((item) => {
      const name = `${item.name} ${item.group}`.toLowerCase();
      return words.every((word) => name.includes(word));
    })
    .map((item, i) => ({ item, i }))
    .sort((a, b) => rank(a.item) - rank(b.item) || a.i - b.i)
    .map(({ item }) => item);
}
