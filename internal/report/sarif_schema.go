package report

import "iter"

// The objects of SARIF 2.1.0 (OASIS standard of 27 March 2020), with the fields
// that are written here. Where the schema gives a field a default that is
// written all the same, viewers need not know it. Numbers are sections of the
// standard.

// none is written as an empty list: what a list leaves out is then known to be
// none.
type none [0]struct{}

// sarifLog is the document (3.13).
type sarifLog struct {
	Schema     string     `json:"$schema"`
	Version    string     `json:"version"`
	Runs       []sarifRun `json:"runs"`
	Properties struct{}   `json:"properties"`
}

// sarifRun is one run of a tool (3.14). Its tool comes after its results,
// which the tool's list of rules is collected from.
type sarifRun struct {
	Addresses                none                   `json:"addresses"`
	ColumnKind               string                 `json:"columnKind"`
	Graphs                   none                   `json:"graphs"`
	Invocations              []sarifInvocation      `json:"invocations"`
	Language                 string                 `json:"language"`
	LogicalLocations         none                   `json:"logicalLocations"`
	NewlineSequences         []string               `json:"newlineSequences"`
	Policies                 none                   `json:"policies"`
	RedactionTokens          none                   `json:"redactionTokens"`
	Results                  iter.Seq[*sarifResult] `json:"results"`
	RunAggregates            none                   `json:"runAggregates"`
	Taxonomies               none                   `json:"taxonomies"`
	ThreadFlowLocations      none                   `json:"threadFlowLocations"`
	Tool                     *sarifTool             `json:"tool"`
	Translations             none                   `json:"translations"`
	VersionControlProvenance none                   `json:"versionControlProvenance"`
	WebRequests              none                   `json:"webRequests"`
	WebResponses             none                   `json:"webResponses"`
}

func (sarifLog) piecewise()    {}
func (sarifRun) piecewise()    {}
func (sarifTool) piecewise()   {}
func (sarifDriver) piecewise() {}

// sarifTool is the program that ran (3.18).
type sarifTool struct {
	Driver     sarifDriver `json:"driver"`
	Extensions none        `json:"extensions"`
}

// sarifDriver is the program with its rules (3.19, toolComponent).
type sarifDriver struct {
	Contents            []string    `json:"contents"`
	IsComprehensive     bool        `json:"isComprehensive"`
	Language            string      `json:"language"`
	Locations           none        `json:"locations"`
	Name                string      `json:"name"`
	Notifications       none        `json:"notifications"`
	Rules               []sarifRule `json:"rules"`
	SupportedTaxonomies none        `json:"supportedTaxonomies"`
	Taxa                none        `json:"taxa"`
	Version             string      `json:"version"`
}

// sarifRule is what results are instances of (3.49, reportingDescriptor).
type sarifRule struct {
	DefaultConfiguration *sarifConfiguration `json:"defaultConfiguration,omitempty"`
	FullDescription      sarifText           `json:"fullDescription"`
	Help                 sarifText           `json:"help"`
	HelpURI              string              `json:"helpUri,omitempty"`
	ID                   string              `json:"id"`
	Name                 string              `json:"name"`
	Properties           sarifRuleProperties `json:"properties"`
	Relationships        none                `json:"relationships"`
	ShortDescription     sarifText           `json:"shortDescription"`
}

// sarifRuleProperties are those that GitHub's code scanning reads.
type sarifRuleProperties struct {
	Precision        string   `json:"precision"`
	ProblemSeverity  string   `json:"problem.severity,omitempty"`
	SecuritySeverity string   `json:"security-severity"`
	Tags             []string `json:"tags"`
}

// sarifConfiguration is how a rule is reported by default (3.50,
// reportingConfiguration). Rank -1 is "not set".
type sarifConfiguration struct {
	Enabled bool   `json:"enabled"`
	Level   string `json:"level"`
	Rank    int    `json:"rank"`
}

// The values of a level (3.27.10).
const (
	sarifError   = "error"
	sarifWarning = "warning"
	sarifNote    = "note"
)

// sarifText is a text in two forms (3.12, multiformatMessageString).
type sarifText struct {
	Markdown string `json:"markdown,omitempty"`
	Text     string `json:"text"`
}

// sarifResult is a finding (3.27). Rank -1 is "not set".
type sarifResult struct {
	PartialFingerprints sarifFingerprints     `json:"partialFingerprints"`
	Attachments         none                  `json:"attachments"`
	CodeFlows           none                  `json:"codeFlows"`
	Fixes               none                  `json:"fixes"`
	GraphTraversals     none                  `json:"graphTraversals"`
	Graphs              none                  `json:"graphs"`
	Kind                string                `json:"kind"`
	Level               string                `json:"level"`
	Locations           []sarifLocation       `json:"locations"`
	Message             sarifMessage          `json:"message"`
	Properties          sarifResultProperties `json:"properties"`
	Rank                int                   `json:"rank"`
	RelatedLocations    none                  `json:"relatedLocations"`
	RuleID              string                `json:"ruleId"`
	RuleIndex           int                   `json:"ruleIndex"`
	Stacks              none                  `json:"stacks"`
	Suppressions        []sarifSuppression    `json:"suppressions,omitempty"`
	Taxa                none                  `json:"taxa"`
}

// sarifFingerprints tell results apart (3.27.17): code scanning by the first.
type sarifFingerprints struct {
	PrimaryLocationLineHash string `json:"primaryLocationLineHash"`
	Seawall                 string `json:"seawall/v1"`
}

type sarifResultProperties struct {
	Asset     string   `json:"asset"`
	EPSS      *float64 `json:"epss,omitempty"`
	Exploited bool     `json:"exploited,omitempty"`
	PURL      string   `json:"purl,omitempty"`
	Rank      int      `json:"rank"`
	Severity  string   `json:"severity"`
}

// sarifLocation is where a result stands (3.28). ID -1 is "not set".
type sarifLocation struct {
	Annotations      none                  `json:"annotations"`
	ID               int                   `json:"id"`
	LogicalLocations none                  `json:"logicalLocations"`
	Message          sarifMessage          `json:"message"`
	PhysicalLocation sarifPhysicalLocation `json:"physicalLocation"`
	Relationships    none                  `json:"relationships"`
}

// sarifPhysicalLocation is a part of a file (3.29).
type sarifPhysicalLocation struct {
	ArtifactLocation sarifArtifactLocation `json:"artifactLocation"`
	Region           sarifRegion           `json:"region"`
}

// sarifArtifactLocation is a file (3.4). Index -1 is "not set".
type sarifArtifactLocation struct {
	Index int    `json:"index"`
	URI   string `json:"uri"`
}

// sarifRegion is a place in a file (3.30). Offsets of -1 are "not set".
type sarifRegion struct {
	ByteOffset  int `json:"byteOffset"`
	CharOffset  int `json:"charOffset"`
	StartColumn int `json:"startColumn,omitempty"`
	StartLine   int `json:"startLine"`
}

// sarifMessage is a text without placeholders (3.11).
type sarifMessage struct {
	Arguments none   `json:"arguments"`
	Text      string `json:"text"`
}

// sarifSuppression says why a result does not count (3.35).
type sarifSuppression struct {
	Justification string `json:"justification,omitempty"`
	Kind          string `json:"kind"`
	Status        string `json:"status"`
}

// sarifInvocation says how the run went (3.20).
type sarifInvocation struct {
	ExecutionSuccessful                bool                `json:"executionSuccessful"`
	NotificationConfigurationOverrides none                `json:"notificationConfigurationOverrides"`
	RuleConfigurationOverrides         none                `json:"ruleConfigurationOverrides"`
	StartTimeUTC                       string              `json:"startTimeUtc"`
	ToolConfigurationNotifications     none                `json:"toolConfigurationNotifications"`
	ToolExecutionNotifications         []sarifNotification `json:"toolExecutionNotifications"`
}

// sarifNotification is about the run itself (3.58).
type sarifNotification struct {
	Level     string       `json:"level"`
	Locations none         `json:"locations"`
	Message   sarifMessage `json:"message"`
}
