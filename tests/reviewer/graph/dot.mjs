// Reads DOT texts, a JSON list on standard input, with Graphviz; prints for each how many nodes, edges and clusters it has.
import { instance } from "@viz-js/viz";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const viz = await instance();
const counts = JSON.parse(Buffer.concat(chunks)).map((text) => {
  const found = viz.render(text, { format: "json" });
  if (found.status !== "success") return found.errors.map((one) => one.message);
  const { objects = [], edges = [] } = JSON.parse(found.output);
  const clusters = objects.filter((one) => "nodes" in one || "subgraphs" in one).length;
  return [objects.length - clusters, edges.length, clusters];
});
console.log(JSON.stringify(counts));
