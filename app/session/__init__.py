"""The engine: takes in what the recorder and the speech process did, keeps the record, tells the screens. No Qt."""
