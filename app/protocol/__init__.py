"""Documents of a hearing: composed from the record, drawn, signed, packed, checked. Pure functions of the record."""
