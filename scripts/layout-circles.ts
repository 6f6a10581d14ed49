import { type Import, importsOf, type SourceFile } from './layout-imports.ts';
import { placeOf } from './layout-names.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const MOST_FILES = 4;
const isCode = ({ path: file }: SourceFile) => /\.(tsx?|mjs)$/.test(file) && !/\.(test|spec)\.ts$/.test(file);

/** Rooms of a storey that need each other, and files that only make sense together, types included. */
export function circleFaults(files: SourceFile[]): string[] {
  const code = files.filter(isCode).map((file) => ({ file: file.path, imports: importsOf(file) }));
  const known = new Set(code.map(({ file }) => file));
  const ofFiles = graphOf(code, (file) => (known.has(file) ? file : undefined));
  const ofRooms = graphOf(code, roomOf, isWithinStorey);
  return [
    ...circlesOf(ofRooms).map((rooms) => `These rooms form a circle: ${rooms.join(', ')}.`),
    ...circlesOf(ofFiles)
      .filter((circle) => circle.length > MOST_FILES)
      .map((circle) => `More than ${MOST_FILES} files form a circle: ${circle.join(', ')}.`),
  ];
}

function roomOf(file: string): string | undefined {
  const place = placeOf(file);
  return typeof place === 'object' ? `${place.storey}/${place.room}` : undefined;
}

const isWithinStorey = (from: string, to: string) => from.split('/')[0] === to.split('/')[0];

function graphOf(
  code: { file: string; imports: Import[] }[],
  nodeOf: (file: string) => string | undefined,
  counts: (from: string, to: string) => boolean = () => true,
): Graph {
  const graph = new Map<string, Set<string>>();
  for (const { file, imports } of code) {
    const from = nodeOf(file);
    if (from === undefined) continue;
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { target } of imports) {
      const to = nodeOf(target);
      if (to !== undefined && to !== from && counts(from, to)) targets.add(to);
    }
  }
  return graph;
}

/** Groups in which each leads to every other (Tarjan, "Depth-first search and linear graph algorithms", 1972). */
function circlesOf(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];

  function visit(node: string): number {
    const at = order.size;
    order.set(node, at);
    path.push(node);
    let low = at;
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (path.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next) ?? low);
    }
    lowest.set(node, low);
    if (low === at) {
      const circle = path.splice(path.indexOf(node));
      if (circle.length > 1) circles.push(circle.toSorted());
    }
    return low;
  }

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
