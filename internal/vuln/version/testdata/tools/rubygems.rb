# Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
STDIN.each_line do |line|
  a, b = line.chomp.split("\t", 2)
  puts "<=>"[(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1]
rescue ArgumentError
  puts "!"
end
