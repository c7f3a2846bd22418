"""Run programs in this process and record what they declare."""

from tonnage.preview.record import Program, Recording, record

__all__ = ["Program", "Recording", "record"]
