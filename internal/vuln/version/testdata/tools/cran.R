# Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
# utils::compareVersion, not the operators of package_version: those of R 4.2
# take 1.0 and 1.0.0 for equal.
for (line in readLines(file("stdin"))) {
  v <- strsplit(line, "\t")[[1]]
  verdict <- tryCatch({
    numeric_version(v)
    c("<", "=", ">")[utils::compareVersion(v[1], v[2]) + 2]
  }, error = function(e) "!")
  cat(verdict, "\n", sep = "")
}
