package kubernetes

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// units are the suffixes of quantities (apimachinery, api/resource.Quantity).
var units = map[string]*big.Rat{
	"n": decimal(-9), "u": decimal(-6), "m": decimal(-3), "": decimal(0), "k": decimal(3), "M": decimal(6),
	"G": decimal(9), "T": decimal(12), "P": decimal(15), "E": decimal(18),
	"Ki": binary(10), "Mi": binary(20), "Gi": binary(30), "Ti": binary(40), "Pi": binary(50), "Ei": binary(60),
}

func decimal(exponent int64) *big.Rat {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(exponent, -exponent)), nil)
	if exponent < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), power)
	}
	return new(big.Rat).SetInt(power)
}

func binary(bits uint) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), bits))
}

const (
	// maxQuantity bounds the text of a quantity, in characters.
	maxQuantity = 64
	// maxExponent bounds what stands behind e or E.
	maxExponent = 30
)

// parseQuantity reads "128Mi", "0.5", "100m" or "1e3".
func parseQuantity(text string) (*big.Rat, error) {
	digits := strings.TrimLeft(text, "+-")
	end := strings.IndexFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(digits)
	}
	number, suffix := digits[:end], digits[end:]
	sign := len(text) - len(digits)
	if sign > 1 || strings.Trim(number, ".") == "" || strings.Count(number, ".") > 1 || len(text) > maxQuantity {
		return nil, fmt.Errorf("%q is no quantity such as 128Mi, 0.5 or 100m", text)
	}
	unit := units[suffix]
	if unit == nil && strings.IndexAny(suffix, "eE") == 0 {
		exponent, err := strconv.ParseInt(suffix[1:], 10, 32)
		if err == nil && -maxExponent <= exponent && exponent <= maxExponent {
			unit = decimal(exponent)
		}
	}
	value, isNumber := new(big.Rat).SetString(strings.TrimSuffix(number, "."))
	if unit == nil || !isNumber {
		return nil, fmt.Errorf("%q is no quantity such as 128Mi, 0.5 or 100m", text)
	}
	if strings.HasPrefix(text, "-") {
		value.Neg(value)
	}
	return value.Mul(value, unit), nil
}

// wholeQuantity reads a quantity as a whole number, rounded away from zero as
// Kubernetes does; what does not fit is the largest number.
func wholeQuantity(text string) (int64, error) {
	value, err := parseQuantity(text)
	if err != nil {
		return 0, err
	}
	whole, rest := new(big.Int).QuoRem(value.Num(), value.Denom(), new(big.Int))
	if rest.Sign() != 0 {
		whole.Add(whole, big.NewInt(int64(rest.Sign())))
	}
	if !whole.IsInt64() {
		if whole.Sign() < 0 {
			return -math.MaxInt64, nil
		}
		return math.MaxInt64, nil
	}
	return whole.Int64(), nil
}

// fractionQuantity reads a quantity as a number.
func fractionQuantity(text string) (float64, error) {
	value, err := parseQuantity(text)
	if err != nil {
		return 0, err
	}
	number, _ := value.Float64()
	return number, nil
}
