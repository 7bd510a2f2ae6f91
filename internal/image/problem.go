package image

// Problem is a part of an image that could not be read. The rest was.
type Problem struct {
	// Layer is the index of the layer, -1 if it is about the whole image.
	Layer int
	// Path is the file in the layer, "" if it is about the whole layer.
	Path string
	// Message is one sentence for the user.
	Message string
}
