// Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
// The first argument is the folder of npm's own semver package.
const semver = require(process.argv[2]);
// Loose mode reads 1.2.30.4 as 1.2.3-0.4; nobody means that.
const isSplit = (v) => /^[v=\s]*\d+\.\d+\.\d+(?![\d.])/.test(v);
const verdict = (a, b) =>
  isSplit(a) && isSplit(b) ? "<=>"[semver.compare(a, b, { loose: true }) + 1] : "!";
const lines = require("fs").readFileSync(0, "utf8").split("\n");
for (const line of lines.slice(0, -1)) {
  try {
    console.log(verdict(...line.split("\t")));
  } catch {
    console.log("!");
  }
}
