// Writes effects.json: what @aws-cdk/cloudformation-diff, an independent implementation by AWS, says of each change in
// cases.json. A tool of development only; the tests compare with what is recorded.
//
//   npm install --no-save @aws-cdk/cloudformation-diff@2.187.5 && node effects.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { diffResource } = require("@aws-cdk/cloudformation-diff/lib/diff");
const version = (name) => require(`${name}/package.json`).version;
const here = (name) => new URL(name, import.meta.url);

const effect = ({ type, before, after }) => {
  const difference = diffResource({ Type: type, Properties: before }, { Type: type, Properties: after });
  return difference.isDifferent ? difference.changeImpact : "NO_CHANGE";
};
const cases = JSON.parse(readFileSync(here("cases.json"), "utf8"));
const packages = ["@aws-cdk/cloudformation-diff", "@aws-cdk/aws-service-spec"];
const recorded = {
  packages: Object.fromEntries(packages.map((name) => [name, version(name)])),
  effects: cases.map(effect),
};
writeFileSync(here("effects.json"), `${JSON.stringify(recorded, null, 1)}\n`);
