# Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
for line <- IO.stream(:stdio, :line) do
  [a, b] = line |> String.trim_trailing("\n") |> String.split("\t")

  try do
    case Version.compare(a, b) do
      :lt -> "<"
      :eq -> "="
      :gt -> ">"
    end
  rescue
    Version.InvalidVersionError -> "!"
  end
  |> IO.puts()
end
