// Package asset holds the things that can be secured and the facts known about
// them: plain structs with plain values, no I/O, standard library only.
package asset

// Kind names what an asset is.
type Kind string

// The kinds of asset that Seawall knows.
const (
	KindImage  Kind = "image"
	KindRootFS Kind = "rootfs"
	// KindWorkload is one or more containers that are started together.
	KindWorkload  Kind = "workload"
	KindContainer Kind = "container"
	// KindFile is a file that describes other assets.
	KindFile Kind = "file"
	// What Amazon ECS has beside task definitions.
	KindECSService          Kind = "ecs-service"
	KindECSCluster          Kind = "ecs-cluster"
	KindECSCapacityProvider Kind = "ecs-capacity-provider"
)

// Asset identifies one thing that can be secured.
type Asset struct {
	// ID is stable for the same content: "image:sha256:…", "rootfs:/path".
	ID   string
	Kind Kind
	// Name is what a person calls it: a reference, a path.
	Name string
	// StableName survives a rebuild and takes part in fingerprints: a
	// repository or a path, never a digest.
	StableName string
	// Parents are the IDs of the assets this one stands on.
	Parents []string
}

// OriginKind says where the value of a fact comes from.
type OriginKind string

// The origins a fact can have. Unknown and inexpressible facts are handed to
// the rule engine as unknown attributes; every other kind has a value.
const (
	Explicit        OriginKind = "explicit"
	Inherited       OriginKind = "inherited"
	FromImage       OriginKind = "image"
	PlatformDefault OriginKind = "platform default"
	Inexpressible   OriginKind = "inexpressible"
	Unknown         OriginKind = "unknown"
)

// Origin is the provenance of one fact.
type Origin struct {
	Kind         OriginKind
	File         string
	Line, Column int
	// Pointer is an RFC 6901 JSON pointer into File.
	Pointer string
	// Reason says why a value is unknown or cannot be expressed.
	Reason string
}

// Subject is an asset's facts with their provenance beside them. The keys of
// Origins are CEL paths below the subject's variable: "user", "mounts[2].source".
// A fact without an entry is explicit.
type Subject[T any] struct {
	Facts   T
	Origins map[string]Origin
}
