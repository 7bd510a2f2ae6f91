#include "textflag.h"

// Registers: X0 holds message words with their constants added, X1 and X2 the
// state of the first hash as SHA256RNDS2 wants it (ABEF and CDGH), X3 and X4
// that of the second, X5 to X8 sixteen message words, X9 what is in passing,
// X10 the order of bytes, X11 to X14 the states before the block.

// LOAD brings a state from memory into the order of the instructions.
#define LOAD(mem, abef, cdgh) \
	MOVOU   (mem), abef        \
	MOVOU   16(mem), cdgh      \
	PSHUFD  $0xb1, abef, abef  \
	PSHUFD  $0x1b, cdgh, cdgh  \
	MOVO    abef, X9           \
	PALIGNR $8, cdgh, abef     \
	PBLENDW $0xf0, X9, cdgh

// STORE is the way back.
#define STORE(mem, abef, cdgh) \
	PSHUFD  $0x1b, abef, abef \
	PSHUFD  $0xb1, cdgh, cdgh \
	MOVO    abef, X9          \
	PBLENDW $0xf0, cdgh, abef \
	PALIGNR $8, X9, cdgh      \
	MOVOU   abef, (mem)       \
	MOVOU   cdgh, 16(mem)

// ROUNDS does four rounds of both hashes with four message words.
#define ROUNDS(k, words) \
	MOVO        words, X0     \
	PADDD       k(AX), X0     \
	SHA256RNDS2 X0, X1, X2    \
	SHA256RNDS2 X0, X3, X4    \
	PSHUFD      $0x0e, X0, X0 \
	SHA256RNDS2 X0, X2, X1    \
	SHA256RNDS2 X0, X4, X3

// READ takes four message words from the block.
#define READ(at, words) \
	MOVOU  at(SI), words \
	PSHUFB X10, words

// EXTEND finishes the four words that follow last; before stands ahead of it.
#define EXTEND(before, last, next) \
	MOVO       last, X9       \
	PALIGNR    $4, before, X9 \
	PADDD      X9, next       \
	SHA256MSG2 last, next

// func blocks(a, b *[8]uint32, p []byte)
TEXT ·blocks(SB), NOSPLIT, $0-40
	MOVQ a+0(FP), DI
	MOVQ b+8(FP), DX
	MOVQ p_base+16(FP), SI
	MOVQ p_len+24(FP), CX
	SHRQ $6, CX
	JZ   done
	LEAQ constants<>(SB), AX
	MOVOU byteOrder<>(SB), X10
	LOAD(DI, X1, X2)
	LOAD(DX, X3, X4)

block:
	MOVO X1, X11
	MOVO X2, X12
	MOVO X3, X13
	MOVO X4, X14

	READ(0, X5)
	ROUNDS(0, X5)
	READ(16, X6)
	ROUNDS(16, X6)
	SHA256MSG1 X6, X5
	READ(32, X7)
	ROUNDS(32, X7)
	SHA256MSG1 X7, X6
	READ(48, X8)
	ROUNDS(48, X8)
	EXTEND(X7, X8, X5)
	SHA256MSG1 X8, X7
	ROUNDS(64, X5)
	EXTEND(X8, X5, X6)
	SHA256MSG1 X5, X8
	ROUNDS(80, X6)
	EXTEND(X5, X6, X7)
	SHA256MSG1 X6, X5
	ROUNDS(96, X7)
	EXTEND(X6, X7, X8)
	SHA256MSG1 X7, X6
	ROUNDS(112, X8)
	EXTEND(X7, X8, X5)
	SHA256MSG1 X8, X7
	ROUNDS(128, X5)
	EXTEND(X8, X5, X6)
	SHA256MSG1 X5, X8
	ROUNDS(144, X6)
	EXTEND(X5, X6, X7)
	SHA256MSG1 X6, X5
	ROUNDS(160, X7)
	EXTEND(X6, X7, X8)
	SHA256MSG1 X7, X6
	ROUNDS(176, X8)
	EXTEND(X7, X8, X5)
	SHA256MSG1 X8, X7
	ROUNDS(192, X5)
	EXTEND(X8, X5, X6)
	SHA256MSG1 X5, X8
	ROUNDS(208, X6)
	EXTEND(X5, X6, X7)
	ROUNDS(224, X7)
	EXTEND(X6, X7, X8)
	ROUNDS(240, X8)

	PADDD X11, X1
	PADDD X12, X2
	PADDD X13, X3
	PADDD X14, X4
	ADDQ  $64, SI
	DECQ  CX
	JNZ   block

	STORE(DI, X1, X2)
	STORE(DX, X3, X4)

done:
	RET

// func hasSHA() bool
// CPUID leaf 1 has SSSE3 in bit 9 and SSE4.1 in bit 19 of ECX, leaf 7 has SHA in
// bit 29 of EBX.
TEXT ·hasSHA(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	XORL AX, AX
	CPUID
	CMPL AX, $7
	JLT  old
	MOVL $1, AX
	XORL CX, CX
	CPUID
	ANDL $0x80200, CX
	CMPL CX, $0x80200
	JNE  old
	MOVL $7, AX
	XORL CX, CX
	CPUID
	SHRL $29, BX
	ANDL $1, BX
	MOVB BX, ret+0(FP)

old:
	RET

// byteOrder turns big-endian words round.
DATA byteOrder<>+0(SB)/8, $0x0405060700010203
DATA byteOrder<>+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL byteOrder<>(SB), RODATA|NOPTR, $16

// constants are those of FIPS 180-4, section 4.2.2.
DATA constants<>+0(SB)/8, $0x71374491428a2f98
DATA constants<>+8(SB)/8, $0xe9b5dba5b5c0fbcf
DATA constants<>+16(SB)/8, $0x59f111f13956c25b
DATA constants<>+24(SB)/8, $0xab1c5ed5923f82a4
DATA constants<>+32(SB)/8, $0x12835b01d807aa98
DATA constants<>+40(SB)/8, $0x550c7dc3243185be
DATA constants<>+48(SB)/8, $0x80deb1fe72be5d74
DATA constants<>+56(SB)/8, $0xc19bf1749bdc06a7
DATA constants<>+64(SB)/8, $0xefbe4786e49b69c1
DATA constants<>+72(SB)/8, $0x240ca1cc0fc19dc6
DATA constants<>+80(SB)/8, $0x4a7484aa2de92c6f
DATA constants<>+88(SB)/8, $0x76f988da5cb0a9dc
DATA constants<>+96(SB)/8, $0xa831c66d983e5152
DATA constants<>+104(SB)/8, $0xbf597fc7b00327c8
DATA constants<>+112(SB)/8, $0xd5a79147c6e00bf3
DATA constants<>+120(SB)/8, $0x1429296706ca6351
DATA constants<>+128(SB)/8, $0x2e1b213827b70a85
DATA constants<>+136(SB)/8, $0x53380d134d2c6dfc
DATA constants<>+144(SB)/8, $0x766a0abb650a7354
DATA constants<>+152(SB)/8, $0x92722c8581c2c92e
DATA constants<>+160(SB)/8, $0xa81a664ba2bfe8a1
DATA constants<>+168(SB)/8, $0xc76c51a3c24b8b70
DATA constants<>+176(SB)/8, $0xd6990624d192e819
DATA constants<>+184(SB)/8, $0x106aa070f40e3585
DATA constants<>+192(SB)/8, $0x1e376c0819a4c116
DATA constants<>+200(SB)/8, $0x34b0bcb52748774c
DATA constants<>+208(SB)/8, $0x4ed8aa4a391c0cb3
DATA constants<>+216(SB)/8, $0x682e6ff35b9cca4f
DATA constants<>+224(SB)/8, $0x78a5636f748f82ee
DATA constants<>+232(SB)/8, $0x8cc7020884c87814
DATA constants<>+240(SB)/8, $0xa4506ceb90befffa
DATA constants<>+248(SB)/8, $0xc67178f2bef9a3f7
GLOBL constants<>(SB), RODATA|NOPTR, $256
