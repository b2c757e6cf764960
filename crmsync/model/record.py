"""What the model's records are: values that nobody changes, and that are written as JSON."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A record of the model. In JSON a field that is empty, or as by default, is left out.

    Made, written and read by C code: there are as many as customers. They hold values alone, so
    none can hold itself, and the collector of garbage need not look at them (`gc`).
    `msgspec.structs.replace` gives a record with other fields.
    """
