<?php
// Reads pairs of versions divided by a tab; prints <, =, > or ! each. "!" means
// refused, or without order, as branches are.
require 'Composer/Semver/autoload.php';

function verdict(string $a, string $b): string
{
    $parser = new Composer\Semver\VersionParser();
    try {
        $a = $parser->normalize($a);
        $b = $parser->normalize($b);
    } catch (UnexpectedValueException) {
        return '!';
    }
    if (str_starts_with($a, 'dev-') || str_starts_with($b, 'dev-')) {
        return '!';
    }
    foreach (['<', '==', '>'] as $operator) {
        if (Composer\Semver\Comparator::compare($a, $operator, $b)) {
            return $operator[0];
        }
    }
    return '!';
}

while (($line = fgets(STDIN)) !== false) {
    echo verdict(...explode("\t", rtrim($line, "\n"))), "\n";
}
