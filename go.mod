module seawall

go 1.26
