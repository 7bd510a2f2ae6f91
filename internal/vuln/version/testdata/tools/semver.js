// Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
// The first argument is the folder of npm's own semver package.
const semver = require(process.argv[2]);
const lines = require("fs").readFileSync(0, "utf8").split("\n");
for (const line of lines.slice(0, -1)) {
  try {
    console.log("<=>"[semver.compare(...line.split("\t"), { loose: true }) + 1]);
  } catch {
    console.log("!");
  }
}
