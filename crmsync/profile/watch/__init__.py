"""What to keep an eye on: patterns of complaints, regulars at risk, deliveries that must not fail.

Every finding lists the records it rests on, so that a person can follow it.
"""
