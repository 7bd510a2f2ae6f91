-- Reads pairs of versions divided by a tab; prints <, = or > each.
for line in io.lines("/dev/stdin") do
	local a, b = line:match("^(.-)\t(.*)$")
	local c = rpm.vercmp(a, b)
	io.write(c < 0 and "<" or c > 0 and ">" or "=", "\n")
end
