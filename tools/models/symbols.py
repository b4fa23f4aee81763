"""Names that corpus, network, graph and decoder share for speech of another language."""

OTHER = "other"  # the phone
UNKNOWN = "[unk]"  # the word
