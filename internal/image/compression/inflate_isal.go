//go:build isal && cgo

package compression

/*
#cgo LDFLAGS: -lisal
#include <stdlib.h>
#include <isa-l/igzip_lib.h>

// start prepares for the next member, header and trailer checked by ISA-L.
static void start(struct inflate_state *s) {
	isal_inflate_reset(s);
	s->crc_flag = ISAL_GZIP;
}

// step inflates as much as fits. The buffers are Go's: no pointer to them may
// stay in the state after the call.
static int step(struct inflate_state *s, uint8_t *in, uint32_t in_len, uint8_t *out, uint32_t out_len,
		uint32_t *used, uint32_t *made, int *done) {
	s->next_in = in;
	s->avail_in = in_len;
	s->next_out = out;
	s->avail_out = out_len;
	int rc = isal_inflate(s);
	*used = in_len - s->avail_in;
	*made = out_len - s->avail_out;
	*done = s->block_state == ISAL_BLOCK_FINISH;
	s->next_in = NULL;
	s->next_out = NULL;
	return rc;
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"runtime"
	"unsafe"
)

// Inflater names the library that inflates gzip streams.
const Inflater = "isal"

type isalInflater struct {
	// state is C memory: the library writes pointers into it.
	state *C.struct_inflate_state
	src   *bufio.Reader
	done  bool
}

func newInflater() inflater {
	// C.malloc never gives nil: it ends the program when memory is out.
	state := (*C.struct_inflate_state)(C.malloc(C.sizeof_struct_inflate_state))
	C.isal_inflate_init(state)
	i := &isalInflater{state: state}
	runtime.AddCleanup(i, func(s *C.struct_inflate_state) { C.free(unsafe.Pointer(s)) }, state)
	return i
}

func (i *isalInflater) Reset(src *bufio.Reader) error {
	i.src, i.done = src, false
	C.start(i.state)
	return nil
}

func (i *isalInflater) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for !i.done {
		// The state may still hold output when the source is at its end.
		made, used, err := i.step(p)
		if made > 0 || err != nil {
			return made, err
		}
		if used == 0 && !i.done {
			if _, err := i.src.Peek(1); err != nil {
				return 0, noEOF(err)
			}
		}
	}
	return 0, io.EOF
}

// step inflates what is buffered, without fetching more.
func (i *isalInflater) step(p []byte) (made, used int, err error) {
	in, err := i.src.Peek(i.src.Buffered())
	if err != nil {
		return 0, 0, err
	}
	var cUsed, cMade C.uint32_t
	var cDone C.int
	rc := C.step(i.state, (*C.uint8_t)(unsafe.SliceData(in)), C.uint32_t(len(in)),
		(*C.uint8_t)(unsafe.SliceData(p)), C.uint32_t(min(len(p), math.MaxInt32)), &cUsed, &cMade, &cDone)
	runtime.KeepAlive(i)
	if rc < 0 {
		return 0, 0, isalError(rc)
	}
	i.done = cDone != 0
	_, err = i.src.Discard(int(cUsed))
	return int(cMade), int(cUsed), err
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func isalError(rc C.int) error {
	switch rc {
	case C.ISAL_INCORRECT_CHECKSUM:
		return fmt.Errorf("gzip: the checksum is wrong")
	case C.ISAL_INVALID_WRAPPER, C.ISAL_UNSUPPORTED_METHOD:
		return fmt.Errorf("gzip: the header is invalid")
	}
	return fmt.Errorf("gzip: the deflate data are invalid (ISA-L code %d)", int(rc))
}
